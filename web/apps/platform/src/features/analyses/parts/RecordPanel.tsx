import { Button } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type AnalysisDetail, problemText } from '@aic/api';
import { formatDateTime } from '@aic/text';
import { Hash, Panel } from '@aic/ui';
import { canonical, sha256 } from '../fingerprint';

/** Recomputes the hash of the result that this page shows, here, and compares it with the one on record. */
const CheckHash = ({ analysis }: { analysis: AnalysisDetail }) => {
    const check = useMutation({ mutationFn: () => sha256(canonical(analysis.result)) });
    return (
        <div className="no-print" style={{ marginTop: 6 }}>
            <Button size="compact-sm" variant="default" leftSection={<IconShieldCheck size={15} />} loading={check.isPending} onClick={() => check.mutate()}>Check it in this browser</Button>
            <div className="small" aria-live="polite" style={{ marginTop: 4 }}>
                {check.isError && problemText(check.error)}
                {check.isSuccess && check.data === null && 'Your browser computes hashes on https pages only.'}
                {check.isSuccess && check.data === analysis.result_hash && <><span className="chip" data-kind="PASS">Fits</span> What you see is what was recorded.</>}
                {check.isSuccess && check.data !== null && check.data !== analysis.result_hash && <><span className="chip" data-kind="FAIL">Does not fit</span> What you see is not what was recorded. Tell your auditor.</>}
            </div>
        </div>
    );
};

export const RecordPanel = ({ analysis }: { analysis: AnalysisDetail }) => (
    <Panel title="The record">
        <dl className="facts">
            <dt>Recorded</dt><dd>{formatDateTime(analysis.created_at)}{analysis.created_by_name ? `, by ${analysis.created_by_name}` : ''}</dd>
            <dt>Ledger entry</dt><dd><Link to="/ledger" search={{ entry: analysis.ledger_entry_id }}>Open the entry that holds it</Link></dd>
            <dt>Hash of the result</dt><dd><Hash value={analysis.result_hash} /><CheckHash analysis={analysis} /></dd>
            <dt>Hash of the data</dt><dd><Hash value={analysis.data_sha256} /><span className="small soft">The rows themselves were not kept. SHA-256 of the file gives this again.</span></dd>
            <dt>Analysis</dt><dd><Hash value={analysis.id} /></dd>
        </dl>
    </Panel>
);
