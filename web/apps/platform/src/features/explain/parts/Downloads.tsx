import { Button, CopyButton, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { downloadText } from '@aic/api';
import { type Explained, ownText, tableCsv } from '@aic/charts';
import { useTranslation } from '@aic/text';

/** Every row with its own values and contributions. */
export const contributionsCsv = (e: Explained, words: { row: string; prediction: string; base: string; of: (name: string) => string }) =>
    tableCsv({
        columns: [{ head: words.row, as: 'count' }, ...e.features.map((head) => ({ head, as: 'text' as const })), { head: words.base, as: 'number' }, ...e.features.map((name) => ({ head: words.of(name), as: 'number' as const })), { head: words.prediction, as: 'number' }],
        rows: e.phi.map((phi, row) => [row + 1, ...e.features.map((_, f) => ownText(e.own[row]?.[f])), e.base, ...phi, e.predictions[row]]),
    });

export const Downloads = ({ result, explained }: { result: unknown; explained: Explained }) => {
    const { t } = useTranslation();
    const csv = () => contributionsCsv(explained, {
        row: t('explanation.row'), prediction: t('explanation.prediction'), base: t('explainCharts.base'), of: (name) => t('explainCharts.contributionOf', { name }),
    });
    return (
        <>
            <CopyButton value={window.location.href}>{({ copied, copy }) => <Button variant="default" onClick={copy}>{copied ? t('explanation.shared') : t('explanation.share')}</Button>}</CopyButton>
            <Menu position="bottom-end">
                <Menu.Target><Button variant="default" leftSection={<IconDownload size={16} />}>{t('explanation.download')}</Button></Menu.Target>
                <Menu.Dropdown>
                    <Menu.Item onClick={() => downloadText('explanation.csv', 'text/csv', csv())}>{t('explanation.csv')}</Menu.Item>
                    <Menu.Item onClick={() => downloadText('explanation.json', 'application/json', JSON.stringify(result, null, 1))}>{t('explanation.json')}</Menu.Item>
                </Menu.Dropdown>
            </Menu>
        </>
    );
};
