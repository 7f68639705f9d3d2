import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { downloadText, problemText } from '@aic/api';
import { selectionSvg, tableCsv } from '@aic/charts';
import { t } from '@aic/text';
import { groupsTable } from '../numbers';
import { type FullReport, passOf, sectionsOf } from '../report';
import { reportHtml } from '../reportHtml';

const fileName = (name: string) => name.toLowerCase().replace(/\.csv$/, '').replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '') || 'report';

const groupsCsv = (report: FullReport) => {
    const [first, ...rest] = sectionsOf(report).map(({ name, attribute }) => ({ name, table: groupsTable(attribute) }));
    if (!first) return '';
    const rows = [first, ...rest].flatMap(({ name, table }) => table.rows.map((row) => [name, ...row]));
    return tableCsv({ columns: [{ head: t('word.groupsBy'), as: 'text' }, ...first.table.columns], rows });
};

/** The report to take along: as a page, as data, as a table, on paper. All made here, nothing is sent. */
export const ReportDownloads = ({ report, name }: { report: FullReport; name: string }) => {
    const file = fileName(name);
    const html = useMutation({
        mutationFn: async () => {
            const charts = await Promise.all(sectionsOf(report).map(({ attribute, isCombined }) => selectionSvg(attribute, passOf(report), isCombined)));
            downloadText(`${file}-fairness.html`, 'text/html', reportHtml(report, name, charts));
        },
    });
    return (
        <>
            <Menu position="bottom-end">
                <Menu.Target><Button variant="default" loading={html.isPending} leftSection={<IconDownload size={16} />}>{t('report.download')}</Button></Menu.Target>
                <Menu.Dropdown>
                    <Menu.Item onClick={() => html.mutate()}>{t('report.asHtml')}</Menu.Item>
                    <Menu.Item onClick={() => downloadText(`${file}-fairness.json`, 'application/json', JSON.stringify(report, null, 2))}>{t('report.asJson')}</Menu.Item>
                    <Menu.Item onClick={() => downloadText(`${file}-groups.csv`, 'text/csv', groupsCsv(report))}>{t('report.asCsv')}</Menu.Item>
                    <Menu.Item onClick={() => window.print()}>{t('report.print')}</Menu.Item>
                </Menu.Dropdown>
            </Menu>
            {html.isError && <span className="small" role="alert">{problemText(html.error)}</span>}
        </>
    );
};
