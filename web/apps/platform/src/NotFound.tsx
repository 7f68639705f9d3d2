import { Button } from '@mantine/core';
import { EmptyState } from '@aic/ui';
import { Link } from '@tanstack/react-router';

export const NotFound = () => (
    <EmptyState title="There is no page at this address" action={<Button component={Link} to="/">Go to the dashboard</Button>}>
        The link may be old, or the address mistyped.
    </EmptyState>
);
