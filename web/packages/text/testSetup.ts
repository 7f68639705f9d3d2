import { startText } from './i18n';

// Tests read the same texts as people do.
await startText();
