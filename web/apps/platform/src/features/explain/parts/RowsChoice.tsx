import { Button } from '@mantine/core';
import { CsvDrop, readColumns, readPreview, type Source, whyNot } from '@aic/files';
import { formatNumber, t, useTranslation } from '@aic/text';
import { Panel } from '@aic/ui';
import { useState } from 'react';
import { isUnnamed, type Needed } from '../model';
import { type Columns, lacking, type Renaming, rowsIn, wordsFor } from '../order';
import { MissingColumns } from './MissingColumns';

export interface Rows {
    name: string;
    columns: Columns;
}

interface Props {
    needed: Needed[];
    rows: Rows | null;
    setRows: (rows: Rows | null) => void;
    renaming: Renaming;
    rename: (renaming: Renaming) => void;
}

const MOST_NAMED = 12;

const needsText = (needed: Needed[]) => {
    const names = needed.slice(0, MOST_NAMED).map(({ name }) => name).join(', ');
    const more = needed.length > MOST_NAMED ? `, ${t('explain.andMore', { count: needed.length - MOST_NAMED })}` : '';
    return t('explain.needs', { count: needed.length, names: names + more });
};

/** Why these rows cannot be explained yet, beside columns that lack; null when they can. */
export const whyNotRows = (needed: Needed[], columns: Columns, renaming: Renaming): string | null => {
    if (needed.length > 0 && isUnnamed(needed) && columns.size < needed.length) return t('explain.tooFewColumns', { needs: needed.length, has: columns.size });
    const words = wordsFor(needed, columns, renaming);
    return words.length > 0 ? t('explain.notNumbers', { names: words.join(', ') }) : null;
};

/** The rows to explain, looked at before anything is sent. */
export const RowsChoice = ({ needed, rows, setRows, renaming, rename }: Props) => {
    const { t } = useTranslation();
    const [problem, setProblem] = useState<string | null>(null);
    const take = ({ name, text }: Source) => {
        const reason = whyNot(readPreview(text), t('explain.larger'));
        setProblem(reason && t('file.fault', { name, reason }));
        if (reason) return;
        rename({});
        setRows({ name, columns: readColumns(text) });
    };
    if (!rows) {
        return (
            <>
                {needed.length > 0 && !isUnnamed(needed) && <p className="soft small" style={{ margin: 0 }}>{needsText(needed)}</p>}
                <CsvDrop title={t('explain.drop')} help={t('explain.help')} limits={t('explain.limits')} larger={t('explain.larger')} withExamples take={take} refuse={setProblem} problem={problem} />
            </>
        );
    }
    const missing = lacking(needed, rows.columns, renaming);
    const used = new Set([...needed.map(({ name }) => name), ...Object.values(renaming)]);
    const reason = whyNotRows(needed, rows.columns, renaming);
    const fits = missing.length === 0 && reason === null && needed.length > 0;
    return (
        <Panel title={t('explain.step2')} aside={<Button size="compact-sm" variant="default" onClick={() => setRows(null)}>{t('explain.anotherFile')}</Button>}>
            <div className="stack">
                <strong>{t('explain.rows', { name: rows.name, rows: formatNumber(rowsIn(rows.columns)) })}</strong>
                <MissingColumns missing={missing} spare={[...rows.columns.keys()].filter((name) => !used.has(name))} renaming={renaming} rename={rename} />
                {missing.length === 0 && reason && <div className="form-errors" role="alert">{reason}</div>}
                {fits && <span className="soft small">{isUnnamed(needed) ? t('explain.unnamed', { count: needed.length }) : t('explain.allThere', { count: needed.length })}</span>}
            </div>
        </Panel>
    );
};
