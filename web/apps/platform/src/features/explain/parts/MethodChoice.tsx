import { Button, Radio, Switch } from '@mantine/core';
import { CsvDrop, readColumns, readPreview, type Source, whyNot } from '@aic/files';
import { formatNumber, useTranslation } from '@aic/text';
import { Panel } from '@aic/ui';
import { useState } from 'react';
import { type Method, MOST_INTERACTIONS, needsBackground } from '../methods';
import { type Columns, rowsIn } from '../order';

export interface Background {
    name: string;
    columns: Columns;
}

interface Props {
    offered: Method[];
    method: Method;
    setMethod: (method: Method) => void;
    interactions: boolean;
    setInteractions: (on: boolean) => void;
    background: Background | null;
    setBackground: (background: Background | null) => void;
}

const Compared = ({ background, setBackground }: Pick<Props, 'background' | 'setBackground'>) => {
    const { t } = useTranslation();
    const [other, setOther] = useState(false);
    const [problem, setProblem] = useState<string | null>(null);
    const take = ({ name, text }: Source) => {
        const reason = whyNot(readPreview(text), t('explain.larger'));
        setProblem(reason && t('file.fault', { name, reason }));
        if (!reason) setBackground({ name, columns: readColumns(text) });
    };
    return (
        <div className="stack">
            <Radio.Group label={t('explain.background')} description={t('explain.backgroundHelp')} value={other ? 'file' : 'own'} onChange={(value) => { setOther(value === 'file'); if (value === 'own') setBackground(null); }}>
                <div className="row" style={{ marginTop: 8 }}><Radio value="own" label={t('explain.backgroundOwn')} /><Radio value="file" label={t('explain.backgroundFile')} /></div>
            </Radio.Group>
            {other && (background
                ? <div className="row"><span>{t('explain.rows', { name: background.name, rows: formatNumber(rowsIn(background.columns)) })}</span><Button size="compact-sm" variant="default" onClick={() => setBackground(null)}>{t('explain.anotherFile')}</Button></div>
                : <CsvDrop title={t('explain.backgroundDrop')} help={t('explain.backgroundHelp')} limits={t('explain.limits')} larger={t('explain.larger')} take={take} refuse={setProblem} problem={problem} />)}
        </div>
    );
};

/** How it is explained: one way is chosen; the others are there for who knows them. */
export const MethodChoice = ({ offered, method, setMethod, interactions, setInteractions, background, setBackground }: Props) => {
    const { t } = useTranslation();
    const [first, ...others] = offered;
    const way = (one: Method) => <Radio key={one} value={one} label={t(`explain.method.${one}`)} description={t(`explain.methodHelp.${one}`)} />;
    return (
        <Panel title={t('explain.step3')}>
            <Radio.Group value={method} onChange={(value) => setMethod(offered.find((one) => one === value) ?? method)} aria-label={t('explain.step3')}>
                <div className="methods">{first && way(first)}</div>
                {others.length > 0 && (
                    <details className="explain-more" style={{ marginTop: 12 }}>
                        <summary>{t('explain.more')} <span className="soft small">{t('explain.moreHelp')}</span></summary>
                        <div className="methods">{others.map(way)}</div>
                    </details>
                )}
            </Radio.Group>
            <div className="stack" style={{ marginTop: 16 }}>
                {method === 'tree-path' && (
                    <Switch label={t('explain.interactions')} description={t('explain.interactionsHelp', { most: MOST_INTERACTIONS })} checked={interactions} onChange={(event) => setInteractions(event.currentTarget.checked)} />
                )}
                {needsBackground(method) ? <Compared background={background} setBackground={setBackground} /> : <p className="soft small" style={{ margin: 0 }}>{t('explain.noBackground')}</p>}
            </div>
        </Panel>
    );
};
