import { Button, CopyButton, Tabs } from '@mantine/core';
import { useTranslation } from '@aic/text';
import { Panel } from '@aic/ui';
import { recipes } from '../recipes';

/** Three lines for each library, to be copied into a notebook. */
export const Recipes = () => {
    const { t } = useTranslation();
    return (
        <Panel title={t('newModel.howTo')}>
            <p className="soft small" style={{ marginTop: 0 }}>{t('newModel.howToHelp')}</p>
            <Tabs defaultValue={recipes[0]?.name} keepMounted={false}>
                <Tabs.List>{recipes.map(({ name }) => <Tabs.Tab key={name} value={name}>{name}</Tabs.Tab>)}</Tabs.List>
                {recipes.map(({ name, code, note }) => (
                    <Tabs.Panel key={name} value={name} pt="sm">
                        <pre className="recipe mono" tabIndex={0}>{code}</pre>
                        <div className="row apart">
                            <span className="soft small">{t(note)}</span>
                            <CopyButton value={code}>
                                {({ copied, copy }) => <Button size="compact-sm" variant="default" aria-label={t('newModel.copyOf', { name })} onClick={copy}>{copied ? t('common.copied') : t('common.copy')}</Button>}
                            </CopyButton>
                        </div>
                    </Tabs.Panel>
                ))}
            </Tabs>
        </Panel>
    );
};
