import './explanation.css';

import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { downloadText } from '@aic/api';
import { t } from '@aic/text';
import { useId } from 'react';
import { imageName } from '../image';
import { tableCsv } from '../table';
import { changedOf, type Counterfactual, type Counterfactuals, counterfactualSentence, counterfactualTable, touchedOf } from './counterfactuals';
import { amount, ownText } from './words';

const PossibleRow = ({ all, one, number, touched }: { all: Counterfactuals; one: Counterfactual; number: number; touched: number[] }) => {
    const changed = new Set(changedOf(all.own, one));
    return (
        <tr>
            <th scope="row">{t('explainCharts.possibility', { number })}</th>
            {touched.map((i) => (
                <td key={i}>{changed.has(i) ? <strong className="changed">{ownText(one.values[i])}</strong> : <span className="soft">{t('explainCharts.same')}</span>}</td>
            ))}
            <td className="number">{amount(one.prediction, all.isProbability)}</td>
        </tr>
    );
};

/** What would have to be otherwise for another decision. Only what changes is shown, and it stands out. */
export const CounterfactualTable = ({ counterfactuals: all }: { counterfactuals: Counterfactuals }) => {
    const heading = useId();
    const touched = touchedOf(all);
    const title = t('explainCharts.counterTitle', { row: all.row + 1 });
    return (
        <section className="panel" aria-labelledby={heading}>
            <div className="row apart" style={{ alignItems: 'flex-start' }}>
                <h3 id={heading} className="panel-title" style={{ margin: 0 }}>{title}</h3>
                {all.found.length > 0 && (
                    <Button size="compact-sm" variant="default" className="no-print" leftSection={<IconDownload size={15} />} aria-label={t('explainCharts.csvOf', { title })}
                        onClick={() => downloadText(`${imageName(title)}.csv`, 'text/csv', tableCsv(counterfactualTable(all)))}>{t('common.csv')}</Button>
                )}
            </div>
            {all.found.length === 0
                ? <p>{t('explainCharts.noCounter')} {all.reason}</p>
                : (
                    <>
                        <ol className="possibilities">{all.found.map((one, i) => <li key={i}>{counterfactualSentence(all, one)}</li>)}</ol>
                        <div className="table-wide" tabIndex={0} role="region" aria-label={t('common.tableOf', { title })}>
                            <table className="data">
                                <thead>
                                    <tr>
                                        <th scope="col">{t('explainCharts.whichRow')}</th>
                                        {touched.map((i) => <th key={i} scope="col">{all.features[i]}</th>)}
                                        <th scope="col" className="number">{t('explainCharts.prediction')}</th>
                                    </tr>
                                </thead>
                                <tbody>
                                    <tr>
                                        <th scope="row">{t('explainCharts.asItIs')}</th>
                                        {touched.map((i) => <td key={i}>{ownText(all.own[i])}</td>)}
                                        <td className="number">{amount(all.prediction, all.isProbability)}</td>
                                    </tr>
                                    {all.found.map((one, i) => <PossibleRow key={i} all={all} one={one} number={i + 1} touched={touched} />)}
                                </tbody>
                            </table>
                        </div>
                    </>
                )}
        </section>
    );
};
