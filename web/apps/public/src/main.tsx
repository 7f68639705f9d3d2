import { startApp } from '@aic/ui';
import { HomePage } from './HomePage';

void startApp(<HomePage />);
