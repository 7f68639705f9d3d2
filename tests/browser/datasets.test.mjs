// A compliance officer uploads a table that is too large for one request, loses the connection, goes on, reads what its columns
// hold, has it analyzed by a worker, and deletes it. A file that cannot be read says where.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { look, newPage, settled, signIn, startBrowser, url } from './browser.mjs';

let browser;
let page;
const complaints = [];
const row = (i) => `${['Amber', 'Blue'][i % 2]},${i % 5 === 0 || i % 7 === 0 ? 1 : 0},${(i % 1000) / 1000},${20 + (i % 60)},branch ${i % 40}\n`;
const table = (rows) => `race,approved,score,age,branch\n${Array.from({ length: rows }, (_, i) => row(i)).join('')}`;
const file = (name, content) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(content) });

before(async () => {
    browser = await startBrowser();
    page = await newPage(browser, complaints);
    await page.goto(`${url}/app/`);
    await signIn(page, 'admin@umoja.example');
    await page.getByRole('link', { name: 'Data sets' }).click();
    await page.getByRole('heading', { level: 1, name: 'Data sets' }).waitFor();
});

after(async () => {
    await browser?.close();
});

test('nothing is there yet, and the page says what may come', async () => {
    await page.getByRole('heading', { name: 'No data set yet' }).waitFor();
    await look(page, 'datasets-empty');
});

test('a file that cannot be read says its row, and keeps nothing', async () => {
    await page.getByLabel('File', { exact: true }).setInputFiles(file('broken.csv', 'race,approved\nAmber,1\nBlue\n'));
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    await page.getByText('Row 2 has 1 columns; the header has 2.').first().waitFor();
    await look(page, 'datasets-broken');
});

test('an upload that breaks off goes on from where it stood', async () => {
    await page.getByLabel('File', { exact: true }).setInputFiles(file('loans 2026.csv', table(200_000)));
    assert.equal(await page.getByLabel('Name').inputValue(), 'loans 2026');
    await page.route('**/content', (route) => route.abort(), { times: 1 });
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    await page.getByText('What has arrived is kept for a day.').waitFor();
    await look(page, 'datasets-stopped');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('heading', { level: 1, name: 'loans 2026' }).waitFor();
    await page.getByText('Ready').first().waitFor();
});

test('its columns are told, with what is of a special category', async () => {
    await settled(page);
    await page.getByText('Race, ethnicity').waitFor();
    await page.getByText('Amber (100,000), Blue (100,000)').waitFor();
    await look(page, 'dataset');
});

test('a worker analyses it, and the report is the one of any file', async () => {
    await page.getByRole('button', { name: 'Analyze this' }).click();
    await page.getByRole('heading', { name: 'Whose treatment is compared?' }).waitFor();
    await look(page, 'dataset-mapping');
    await page.getByRole('button', { name: 'Analyze', exact: true }).click();
    await page.getByRole('button', { name: 'Change columns' }).waitFor();
    await look(page, 'dataset-report');
});

test('it is in the list, and is deleted for good', async () => {
    await page.getByRole('link', { name: 'Data sets' }).click();
    await page.getByRole('row', { name: /broken/ }).getByText('Could not be read').waitFor();
    await look(page, 'datasets');
    await page.getByRole('row', { name: /loans 2026/ }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByRole('heading', { level: 1, name: 'Data sets' }).waitFor();
    await page.getByRole('row', { name: /loans 2026/ }).waitFor({ state: 'detached' });
});

test('no page complained', () => assert.deepEqual(complaints, []));
