// An administrator makes a role, gives it to somebody, denies one thing, and makes, replaces and revokes an API key.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { look, newPage, password, signIn, startBrowser, url } from './browser.mjs';

let browser;
let page;
let key;
const complaints = [];

before(async () => {
    browser = await startBrowser();
    page = await newPage(browser, complaints);
    await page.goto(`${url}/app/`);
    await signIn(page, 'admin@umoja.example');
    await page.getByRole('link', { name: 'Roles' }).click();
    await page.getByRole('heading', { name: 'Roles and permissions' }).waitFor();
});

after(async () => {
    await browser?.close();
});

test('the matrix says who may do what', async () => {
    await page.getByRole('region', { name: 'Capabilities by role' }).getByText('Compliance officer').waitFor();
    await look(page, 'access');
});

test('a role of their own is made and changed', async () => {
    await page.getByRole('button', { name: 'New role' }).click();
    await page.getByLabel('Name').fill('Model owner');
    await page.getByRole('button', { name: 'Make the role' }).waitFor();
    await page.getByLabel('Register and change systems and models').check();
    await look(page, 'access-role');
    await page.getByRole('button', { name: 'Make the role' }).click();
    await page.getByRole('button', { name: 'Change Model owner' }).click();
    await page.getByLabel('Analyse data and record the result; report an incident').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const matrix = page.getByRole('region', { name: 'Capabilities by role' });
    assert.equal(await matrix.getByRole('row', { name: /Analyse data/ }).getByRole('img', { name: 'May', exact: true }).count(), 4);
});

test('one person gets it, and one thing is denied', async () => {
    await page.getByRole('combobox', { name: 'Person' }).click();
    await page.getByRole('option', { name: /Sipho/ }).click();
    const panel = page.getByRole('dialog');
    await panel.getByRole('combobox', { name: 'Role' }).waitFor();
    await panel.getByRole('radiogroup', { name: /Read who did what/ }).getByText('Denied').click();
    await look(page, 'access-person');
    await panel.getByRole('button', { name: 'Save' }).click();
    await panel.getByText('Saved. It holds from the next request on.').waitFor();
    assert.match(page.url(), /person=/);
    await page.getByRole('button', { name: 'Close' }).click();
});

test('an API key is shown once, works, is replaced and revoked', async () => {
    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByText('No program has a key yet').waitFor();
    await look(page, 'api-keys-empty');
    await page.getByRole('button', { name: 'New key' }).first().click();
    await page.getByLabel('Name').fill('Nightly audit');
    await look(page, 'api-keys-new');
    await page.getByRole('dialog').getByRole('button', { name: 'New key' }).click();
    key = await page.getByTestId('secret').innerText();
    await look(page, 'api-keys-shown');
    await page.getByRole('button', { name: 'I have stored it' }).click();
    const asks = (secret) => fetch(`${url}/api/v1/systems`, { headers: { Authorization: `Bearer ${secret}` } }).then((answer) => answer.status);
    assert.equal(await asks(key), 200);
    await page.getByRole('button', { name: 'Replace' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Replace' }).click();
    const next = await page.getByTestId('secret').innerText();
    await page.getByRole('button', { name: 'I have stored it' }).click();
    assert.deepEqual([await asks(key), await asks(next)], [200, 200]);
    await page.getByRole('button', { name: 'Revoke' }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('Revoked').first().waitFor();
    assert.deepEqual([await asks(key), await asks(next)], [200, 401]);
    await look(page, 'api-keys');
    assert.deepEqual(complaints, []);
});
