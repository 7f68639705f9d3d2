// The story of somebody with a model from a notebook: drops the file, drops rows, and reads why the model says what it says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { look as lookAt, newPage, signIn, startBrowser, url } from './browser.mjs';

/** Saved by XGBoost 3 from a notebook: 24 trees over invented applicants for a loan. */
const model = new URL('loans.model.json', import.meta.url).pathname;

/** Sixty invented applicants. The employer's program calls one column otherwise than the model, and has one of its own. */
const rows = () => {
    const one = (i) => [
        `case-${i}`, 20 + ((i * 37) % 55), 4000 + ((i * 1733) % 21000), ((i * 13) % 90) / 100, i % 11 === 0 ? '' : (i * 5) % 28, (i * 3) % 4, i % 2,
    ].join(',');
    return `case,age,Monthly Income,debt_ratio,years_employed,late_payments,sex\n${Array.from({ length: 60 }, (_, i) => one(i)).join('\n')}\n`;
};
const csv = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

let browser;
let page;
let explained;
const complaints = [];
const look = (name) => lookAt(page, name);

before(async () => {
    browser = await startBrowser();
    page = await newPage(browser, complaints);
});

after(async () => {
    await browser?.close();
});

test('the officer signs in and finds no model yet, but what to do', async () => {
    await page.goto(`${url}/app/`);
    await signIn(page, 'compliance@umoja.example');
    await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
    await page.getByRole('link', { name: 'Models', exact: true }).click();
    await page.getByRole('heading', { name: 'Models', exact: true }).waitFor();
    await look('models');
    await page.getByRole('link', { name: 'Register a model' }).first().click();
    await page.getByRole('heading', { name: 'Register a model' }).waitFor();
    await page.getByText('booster.save_model("model.json")').waitFor();
    await look('model-new');
});

test('a pickle is refused with what to do instead', async () => {
    await page.getByLabel('Model file').setInputFiles({ name: 'model.pkl', mimeType: 'application/octet-stream', buffer: Buffer.from('x') });
    await page.getByRole('alert').getByText('A pickle runs programs when it is opened').waitFor();
});

test('a broken file is refused with the place in it', async () => {
    await page.getByLabel('Model file').setInputFiles({ name: 'broken.json', mimeType: 'application/json', buffer: Buffer.from('{"learner": {') });
    await page.getByRole('button', { name: 'Register', exact: true }).click();
    await page.getByRole('alert').waitFor();
    await look('model-broken');
    await page.getByRole('button', { name: 'Another file' }).click();
});

test('the file of a notebook is registered, and says what it looks at', async () => {
    await page.getByLabel('Model file').setInputFiles(model);
    await page.getByRole('textbox', { name: 'Name' }).fill('Notebook score');
    await page.getByRole('combobox', { name: 'Columns of protected groups' }).fill('sex');
    await page.keyboard.press('Enter');
    await look('model-named');
    await page.getByRole('button', { name: 'Register', exact: true }).click();
    await page.getByRole('heading', { name: 'Notebook score' }).waitFor();
    await page.getByText('XGBoost JSON').waitFor();
    await page.getByRole('cell', { name: 'monthly_income' }).waitFor();
    await page.getByText('SHA-256 of the file').waitFor();
    await look('model');
});

test('rows whose column is called otherwise are matched with a click', async () => {
    await page.getByRole('link', { name: 'Explain', exact: true }).last().click();
    await page.getByRole('heading', { name: 'Explain a model' }).waitFor();
    await page.getByText('This model looks at 6 columns').waitFor();
    await look('explain-start');
    await page.getByLabel('CSV file').setInputFiles(csv('applicants.csv', rows()));
    await page.getByText('1 column that the model needs is not in this file').waitFor();
    await look('explain-missing');
    await page.getByRole('button', { name: 'Use all that are likely' }).click();
    await page.getByText('All 6 columns that the model needs are there.').waitFor();
    await look('explain-ready');
});

test('the explanation comes with the whole, in pictures and sentences', async () => {
    await page.getByRole('button', { name: 'Explain 60 rows' }).click();
    await page.getByRole('heading', { name: 'What matters most' }).waitFor();
    await page.getByRole('heading', { name: 'Every row, feature by feature' }).waitFor();
    await page.getByText(/Over 60 rows \w+ moves the prediction the most/).waitFor();
    await page.locator('canvas').nth(1).waitFor();
    explained = page.url();
    await look('explanation-global');
});

test('one person: in plain words, as steps and as forces', async () => {
    await page.getByRole('tab', { name: 'One person' }).click();
    await page.getByRole('heading', { name: 'From the starting point to the prediction of row 1' }).waitFor();
    await page.locator('canvas').first().waitFor();
    await look('explanation-person');
    await page.getByText('Forces', { exact: true }).click();
    await page.getByRole('heading', { name: 'What pushes row 1 up and what pushes it down' }).waitFor();
    await page.locator('canvas').first().waitFor();
    await look('explanation-force');
    await page.getByRole('button', { name: 'Table: What pushes row 1 up' }).click();
    await page.getByRole('columnheader', { name: 'Own value' }).waitFor();
    await page.getByRole('button', { name: 'the lowest prediction' }).click();
    await page.waitForURL(/row=\d+/);
});

test('what would have to be otherwise, within what may change', async () => {
    await page.getByText('What may change', { exact: false }).first().click();
    await page.getByRole('combobox', { name: 'late_payments: May change' }).click();
    await page.getByRole('option', { name: 'not at all' }).click();
    await look('explanation-constraints');
    await page.getByRole('button', { name: 'Look for them' }).click();
    await page.getByRole('heading', { name: /What would have led to another decision for row \d+/ }).waitFor();
    await page.getByText(/^Had .+, the prediction would have been/).first().waitFor();
    const header = page.getByRole('region', { name: /What would have led to another decision/ }).getByRole('columnheader');
    assert.ok(!(await header.allTextContents()).includes('late_payments'), 'a column that is fixed has changed');
    await look('explanation-counterfactuals');
});

test('one feature, and what if everybody had the same value', async () => {
    await page.getByRole('tab', { name: 'One feature' }).click();
    await page.getByRole('heading', { name: /^What \w+ does$/ }).waitFor();
    await page.getByRole('button', { name: 'Find out' }).click();
    await page.getByRole('heading', { name: /^If everybody had the same/ }).waitFor();
    await page.locator('canvas').nth(1).waitFor();
    await look('explanation-dependence');
});

test('all numbers are there, to look at and to save', async () => {
    await page.getByRole('tab', { name: 'Data' }).click();
    await page.getByRole('region', { name: 'Rows and contributions' }).waitFor();
    await look('explanation-data');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Contributions (CSV)' }).click()]);
    const lines = readFileSync(await file.path(), 'utf8').trim().split('\r\n');
    assert.equal(lines.length, 61);
    assert.match(lines[0], /"age","monthly_income"/);
});

test('a picture and a drawing are saved', async () => {
    await page.getByRole('tab', { name: 'All rows' }).click();
    await page.getByRole('heading', { name: 'What matters most' }).waitFor();
    for (const [item, start] of [['Picture (PNG)', Buffer.from([0x89, 0x50, 0x4e, 0x47])], ['Drawing (SVG)', Buffer.from('<svg')]]) {
        await page.getByRole('button', { name: 'Save: What matters most' }).click();
        const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()]);
        assert.deepEqual(readFileSync(await file.path()).subarray(0, 4), start);
    }
});

test('a link shows a colleague who may only read the same, and no way to run anything', async () => {
    const other = await newPage(browser, complaints);
    await other.goto(explained);
    await signIn(other, 'viewer@umoja.example');
    await other.getByRole('heading', { name: 'What matters most' }).waitFor();
    assert.equal(await other.getByRole('link', { name: 'Explain more' }).count(), 0);
    await other.goto(`${url}/app/explain`);
    await other.getByText('You may read explanations, not ask for new ones').waitFor();
    await lookAt(other, 'explain-viewer');
    await other.goto(`${url}/app/models/new`);
    await other.getByText('You may look at models, not change them').waitFor();
    await other.context().close();
});

test('a long training is seen in the shell, and cancelled', async () => {
    const task = await page.evaluate(async () => {
        const x = Array.from({ length: 9000 }, (_, i) => (i * 7919) % 10007);
        const body = { target: 'y', kind: 'gbdt', name: 'Long', trees: 1000, depth: 10, rate: 0.01, folds: 20, columns: { x, z: x.map((v) => (v * 31) % 997), y: x.map((v) => Math.sin(v / 500) + ((v * 17) % 101) / 100) } };
        const answer = await fetch('/api/v1/models/train?target=y', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
        return (await answer.json()).task_id;
    });
    await page.goto(`${url}/app/models/train?task=${task}`);
    await page.getByRole('heading', { name: 'Training' }).waitFor();
    await page.getByRole('link', { name: '1 task running' }).waitFor();
    await page.getByRole('progressbar').waitFor();
    await look('training');
    await page.goto(`${url}/app/tasks`);
    await page.getByRole('heading', { name: 'Tasks' }).waitFor();
    await look('tasks');
    await page.getByRole('button', { name: 'Cancel: Training' }).click();
    await page.getByRole('cell', { name: 'Cancelled' }).waitFor();
    await page.goto(`${url}/app/models/train?task=${task}`);
    await page.getByText('This was cancelled before it was done').waitFor();
    await look('training-cancelled');
});

test('a model is trained here, with its quality in words', async () => {
    await page.goto(`${url}/app/models/train`);
    const body = Array.from({ length: 400 }, (_, i) => [20 + ((i * 37) % 55), (i * 13) % 90, i % 2 ? 'f' : 'm', (i * 37) % 55 + ((i * 7) % 20) > 35 ? 'yes' : 'no'].join(',')).join('\n');
    await page.getByLabel('CSV file').setInputFiles(csv('repaid_loans.csv', `age,debt,sex,repaid\n${body}\n`));
    await page.getByRole('heading', { name: 'The first rows' }).waitFor();
    await look('train');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('heading', { name: 'The model is trained and registered' }).waitFor();
    await page.getByRole('heading', { name: 'How good is it?' }).waitFor();
    await look('trained');
    await page.getByRole('link', { name: 'Open the model' }).click();
    await page.getByText('Trained here').waitFor();
});

test('a model that is not used any more is retired by its name', async () => {
    await page.goto(`${url}/app/models`);
    await page.getByRole('link', { name: 'Notebook score' }).click();
    await page.getByRole('button', { name: 'Retire' }).click();
    await page.getByLabel('Type Notebook score to confirm').fill('Notebook score');
    await page.getByRole('dialog').getByRole('button', { name: 'Retire' }).click();
    await page.getByText(/^Retired /).waitFor();
    await page.goto(`${url}/app/models`);
    await page.getByRole('cell', { name: 'Retired' }).waitFor();
    await look('models-listed');
});

test('no page complained', () => {
    assert.deepEqual(complaints, []);
});
