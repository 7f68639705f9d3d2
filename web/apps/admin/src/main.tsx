import { SessionGate } from '@aic/auth';
import { startApp } from '@aic/ui';
import { StaffPage } from './StaffPage';

void startApp(<SessionGate><StaffPage /></SessionGate>);
