import { amount, change, type Explained, ownText } from '@aic/charts';
import { useTranslation } from '@aic/text';
import { Panel } from '@aic/ui';
import { Fragment } from 'react';

/** More rows are scrolled past; the download has all. */
const MOST_ROWS = 100;

/** Each row with its own values and what each of them moves. */
export const DataTab = ({ explained, open }: { explained: Explained; open: (row: number) => void }) => {
    const { t } = useTranslation();
    const rows = Math.min(explained.phi.length, MOST_ROWS);
    return (
        <Panel title={t('explanation.data')}>
            <p className="soft small" style={{ marginTop: 0 }}>{t('explanation.dataHelp')} {explained.phi.length > rows && t('explanation.shownRows', { shown: rows, all: explained.phi.length })}</p>
            <div className="table-wide" tabIndex={0} role="region" aria-label={t('explanation.data')}>
                <table className="data">
                    <thead>
                        <tr>
                            <th scope="col">{t('explanation.row')}</th><th scope="col" className="number">{t('explanation.prediction')}</th>
                            {explained.features.map((name) => <th key={name} scope="col" className="number">{name}</th>)}
                        </tr>
                    </thead>
                    <tbody>
                        {Array.from({ length: rows }, (_, row) => (
                            <Fragment key={row}>
                                <tr className="data-own">
                                    <td><button type="button" className="as-link" onClick={() => open(row)}>{row + 1}</button></td>
                                    <td className="number">{amount(explained.predictions[row] ?? 0, explained.isProbability)}</td>
                                    {explained.features.map((name, f) => <td key={name} className="number">{ownText(explained.own[row]?.[f])}</td>)}
                                </tr>
                                <tr className="data-moves">
                                    <td /><td className="number">{t('explanation.moves')}</td>
                                    {explained.features.map((name, f) => <td key={name} className="number">{change(explained.phi[row]?.[f] ?? 0, explained.isProbability)}</td>)}
                                </tr>
                            </Fragment>
                        ))}
                    </tbody>
                </table>
            </div>
        </Panel>
    );
};
