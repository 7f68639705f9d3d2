import { Button } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type AnalysisDetail, problemText } from '@aic/api';
import { formatDateTime, t } from '@aic/text';
import { Hash, Panel } from '@aic/ui';
import { canonical, sha256 } from '../fingerprint';

/** Recomputes the hash of the result that this page shows, here, and compares it with the one on record. */
const CheckHash = ({ analysis }: { analysis: AnalysisDetail }) => {
    const check = useMutation({ mutationFn: () => sha256(canonical(analysis.result)) });
    return (
        <div className="no-print" style={{ marginTop: 6 }}>
            <Button size="compact-sm" variant="default" leftSection={<IconShieldCheck size={15} />} loading={check.isPending} onClick={() => check.mutate()}>{t('report.check')}</Button>
            <div className="small" aria-live="polite" style={{ marginTop: 4 }}>
                {check.isError && problemText(check.error)}
                {check.isSuccess && check.data === null && t('report.noCrypto')}
                {check.isSuccess && check.data === analysis.result_hash && <><span className="chip" data-kind="PASS">{t('report.fits')}</span> {t('report.fitsText')}</>}
                {check.isSuccess && check.data !== null && check.data !== analysis.result_hash && <><span className="chip" data-kind="FAIL">{t('report.fitsNot')}</span> {t('report.fitsNotText')}</>}
            </div>
        </div>
    );
};

export const RecordPanel = ({ analysis }: { analysis: AnalysisDetail }) => (
    <Panel title={t('report.record')}>
        <dl className="facts">
            <dt>{t('report.recorded')}</dt>
            <dd>{analysis.created_by_name ? t('report.recordedBy', { when: formatDateTime(analysis.created_at), name: analysis.created_by_name }) : formatDateTime(analysis.created_at)}</dd>
            <dt>{t('word.ledgerEntry')}</dt><dd><Link to="/ledger" search={{ entry: analysis.ledger_entry_id }}>{t('report.openEntry')}</Link></dd>
            <dt>{t('report.hashOfResult')}</dt><dd><Hash value={analysis.result_hash} /><CheckHash analysis={analysis} /></dd>
            <dt>{t('report.hashOfData')}</dt><dd><Hash value={analysis.data_sha256} /><span className="small soft">{t('report.hashOfDataHelp')}</span></dd>
            <dt>{t('report.analysis')}</dt><dd><Hash value={analysis.id} /></dd>
        </dl>
    </Panel>
);
