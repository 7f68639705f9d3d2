import { Button } from '@mantine/core';
import { t } from '@aic/text';
import { EmptyState } from '@aic/ui';
import { Link } from '@tanstack/react-router';

export const NotFound = () => (
    <EmptyState title={t('notFound.title')} action={<Button component={Link} to="/">{t('staff.toOverview')}</Button>}>
        {t('notFound.text')}
    </EmptyState>
);
