import { useQuery } from '@tanstack/react-query';
import type { Billing } from '@aic/api';
import { useSession } from '@aic/auth';
import { formatDate, formatMoney, useTranslation } from '@aic/text';
import { type Column, DataTable, EmptyState, ErrorState, Figure, Loading, Page, Panel } from '@aic/ui';
import { billingQuery } from './queries';

type Invoice = Billing['invoices'][number];

const paymentLooks = { TRIAL: 'NONE', ACTIVE: 'PASS', PAST_DUE: 'FAIL', CANCELLED: 'NONE', PAUSED: 'REVIEW' } as const;
const invoiceLooks = { DRAFT: 'NONE', OPEN: 'REVIEW', PAID: 'PASS', UNCOLLECTIBLE: 'FAIL', VOID: 'NONE' } as const;

const Plan = ({ billing }: { billing: Billing }) => {
    const { t } = useTranslation();
    if (!billing.status) return <Panel><EmptyState title={t('billing.noPlanTitle')}>{t('billing.noPlan')}</EmptyState></Panel>;
    return (
        <div className="grid-3">
            <Figure name={t('billing.plan')} value={billing.plan ? t(`billing.plans.${billing.plan}`) : t('common.none')} />
            <Figure name={t('billing.status')} value={<span className="chip" data-kind={paymentLooks[billing.status]}>{t(`billing.states.${billing.status}`)}</span>}
                note={billing.status === 'PAST_DUE' ? t('billing.overdue') : undefined} />
            <Figure name={t(billing.cancel_at ? 'billing.ends' : 'billing.until')} value={formatDate(billing.cancel_at ?? billing.period_end)} />
        </div>
    );
};

const Invoices = ({ items }: { items: Invoice[] }) => {
    const { t } = useTranslation();
    if (items.length === 0) return <EmptyState title={t('billing.noInvoiceTitle')}>{t('billing.noInvoice')}</EmptyState>;
    const columns: Column<Invoice>[] = [
        { id: 'number', header: t('billing.number'), cell: ({ row }) => row.original.number ?? row.original.id },
        { id: 'issued', header: t('billing.issued'), cell: ({ row }) => formatDate(row.original.issued_at) },
        { id: 'amount', header: t('billing.amount'), cell: ({ row }) => formatMoney(row.original.amount_due, row.original.currency), meta: { number: true } },
        { id: 'paid', header: t('billing.paid'), cell: ({ row }) => formatMoney(row.original.amount_paid, row.original.currency), meta: { number: true } },
        { id: 'status', header: t('word.status'), cell: ({ row }) => <span className="chip" data-kind={invoiceLooks[row.original.status]}>{t(`billing.invoiceStates.${row.original.status}`)}</span> },
    ];
    return <DataTable rows={items} columns={columns} label={t('billing.invoices')} />;
};

const Own = () => {
    const { t } = useTranslation();
    const { data, isPending, isError, error, refetch } = useQuery(billingQuery);
    if (isPending) return <Loading />;
    if (isError) return <ErrorState error={error} retry={() => void refetch()} />;
    return <div className="stack"><Plan billing={data} /><Panel title={t('billing.invoices')}><Invoices items={data.invoices} /></Panel></div>;
};

export const BillingPage = () => {
    const { t } = useTranslation();
    const { can } = useSession();
    return (
        <Page title={t('billing.title')} lead={t('billing.lead')}>
            {can('manage_billing') ? <Own /> : <EmptyState title={t('billing.noAccessTitle')}>{t('billing.noAccess')}</EmptyState>}
        </Page>
    );
};
