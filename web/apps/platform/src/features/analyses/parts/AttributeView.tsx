import { CalibrationChart, ErrorRatesChart, RateHeatMap, SelectionChart, VerdictChart } from '@aic/charts';
import { formatNumber, t } from '@aic/text';
import { Panel, VerdictChip } from '@aic/ui';
import { type FullReport, passOf, type Section } from '../report';
import { Numbers } from './Numbers';
import { Remarks } from './ReportView';

/** One attribute, or the combination of several: why, then the pictures, then every number. */
export const AttributeView = ({ report, section }: { report: FullReport; section: Section }) => {
    const { attribute, name, isCombined } = section;
    const pass = passOf(report);
    return (
        <div className="stack">
            <Panel title={isCombined ? t('report.combinationsOf', { name }) : t('report.by', { name })} aside={<VerdictChip verdict={attribute.verdict} />}>
                <Remarks items={attribute.reasons} name={name} />
                {typeof attribute.shortfall === 'number' && attribute.shortfall > 0 && (
                    <p style={{ marginBottom: 0 }}>
                        {t('report.shortfall', { more: formatNumber(attribute.shortfall), worst: attribute.worst_group ?? '', pass: formatNumber(pass, 2), best: attribute.best_group ?? '' })}
                    </p>
                )}
            </Panel>
            <SelectionChart attribute={attribute} pass={pass} lowestFirst={isCombined} />
            <VerdictChart attribute={attribute} />
            <ErrorRatesChart attribute={attribute} />
            <CalibrationChart attribute={attribute} />
            <RateHeatMap attribute={attribute} />
            <Numbers attribute={attribute} />
            {attribute.notes && attribute.notes.length > 0 && <Panel title={t('word.notes')}><Remarks items={attribute.notes} name={name} /></Panel>}
        </div>
    );
};
