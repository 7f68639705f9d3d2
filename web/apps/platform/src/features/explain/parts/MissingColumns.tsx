import { Button, Select } from '@mantine/core';
import type { MissingColumn } from '@aic/files';
import { useTranslation } from '@aic/text';
import type { Renaming } from '../order';

interface Props {
    missing: MissingColumn[];
    /** Columns of the file that stand for nothing yet. */
    spare: string[];
    renaming: Renaming;
    rename: (renaming: Renaming) => void;
}

/** What the model needs and the file does not have under that name: each with the column that is probably meant. */
export const MissingColumns = ({ missing, spare, renaming, rename }: Props) => {
    const { t } = useTranslation();
    const likely = missing.flatMap(({ name, nearest }) => (nearest === null ? [] : [[name, nearest] as const]));
    if (missing.length === 0) return null;
    return (
        <section className="missing" role="alert">
            <h3>{t('explain.missingTitle', { count: missing.length })}</h3>
            <p className="soft small" style={{ margin: 0 }}>{t('explain.missingHelp')}</p>
            <div className="missing-list">
                {missing.map(({ name, nearest }) => (
                    <Select key={name} label={name} placeholder={nearest === null ? t('explain.missingChoose') : t('explain.missingNearest', { nearest })} searchable data={spare} value={null}
                        onChange={(column) => { if (column) rename({ ...renaming, [name]: column }); }} />
                ))}
            </div>
            {likely.length > 0 && <Button size="compact-sm" onClick={() => rename({ ...renaming, ...Object.fromEntries(likely) })}>{t('explain.useNearest')}</Button>}
        </section>
    );
};
