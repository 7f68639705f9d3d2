/* Tasks, as any page shows one that it has asked for. */
export { cancelTask, faultOf, isOver, kindText, readEvent, remainingText, taskQuery, tookText } from './task';
export { useTask } from './useTask';
export { CancelTask, ProgressLine, TaskProgress } from './TaskProgress';
export { TaskChip } from './TaskChip';
