// Somebody sets up a second factor where it is a duty, keeps the recovery codes, and is asked for a code from then on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { look, newPage, shots, startBrowser, url } from './browser.mjs';
import { codeOf } from './totp.mjs';

const email = 'story.of.a.second.factor@example.com';
const secret = 'nine lanterns over the river';
let browser;
let page;
let key;
let recovery;
const complaints = [];

const signIn = async () => {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').first().fill(secret);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
};

before(async () => {
    browser = await startBrowser();
    page = await newPage(browser, complaints);
    const made = await fetch(`${url}/api/v1/auth/register`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ organization: 'Second Factor', name: 'Sam Story', email, password: secret }),
    });
    assert.equal(made.status, 201);
});

after(async () => {
    await browser?.close();
});

test('who must have a second factor sets it up before anything else', async () => {
    await page.goto(`${url}/app/`);
    await signIn();
    await page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
    await look(page, 'mfa-why');
    await page.getByRole('button', { name: 'Set up now' }).click();
    await page.getByRole('img', { name: 'QR code' }).waitFor();
    await look(page, 'mfa-set-up');
    key = await page.locator('[data-secret]').innerText();
    await page.getByLabel('Then type the six digits').fill('000000');
    await page.getByRole('button', { name: 'Switch on' }).click();
    await page.getByRole('alert').waitFor();
    await look(page, 'mfa-set-up-wrong');
    await page.getByLabel('Then type the six digits').fill(codeOf(key));
    await page.getByRole('button', { name: 'Switch on' }).click();
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    recovery = await page.getByRole('list', { name: 'Your recovery codes' }).getByRole('listitem').allInnerTexts();
    assert.equal(new Set(recovery).size, 10);
    await look(page, 'mfa-recovery-codes');
    await page.getByRole('button', { name: 'I have stored them' }).click();
    await page.getByRole('navigation', { name: 'Menu' }).waitFor();
});

test('from then on a code is asked for, and a recovery code stands in once', async () => {
    await page.context().clearCookies();
    await page.goto(`${url}/app/`);
    await signIn();
    await page.getByRole('heading', { name: 'Your code' }).waitFor();
    await look(page, 'mfa-code');
    await page.getByLabel('Code').fill('AAAA-AAAA-AAAA-AAAA');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').waitFor();
    await look(page, 'mfa-code-wrong');
    await page.getByLabel('Code').fill(recovery[0]);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('navigation', { name: 'Menu' }).waitFor();
    await page.context().clearCookies();
    await page.goto(`${url}/app/`);
    await signIn();
    await page.getByLabel('Code').fill(codeOf(key, 1));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('navigation', { name: 'Menu' }).waitFor();
    await page.screenshot({ path: `${shots}mfa-signed-in.png` });
});

test('on the security page she sees her sessions and ends the others', async () => {
    await page.getByRole('link', { name: 'Security' }).click();
    await page.getByRole('heading', { level: 1, name: 'Security' }).waitFor();
    await page.getByText('9 recovery codes are left.').waitFor();
    await look(page, 'security');
    await page.getByRole('button', { name: 'End all others' }).click();
    await page.getByText('You are signed in nowhere else.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Switch off' }).count(), 0); // a duty
    await page.getByRole('button', { name: 'New recovery codes' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Current password').fill('not her password');
    await dialog.getByLabel('Code').fill(recovery[1]);
    await dialog.getByRole('button', { name: 'New recovery codes' }).click();
    await dialog.getByRole('alert').waitFor();
    await look(page, 'security-renew-wrong');
    await dialog.getByLabel('Current password').fill(secret);
    await dialog.getByRole('button', { name: 'New recovery codes' }).click();
    await dialog.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    await dialog.getByRole('button', { name: 'I have stored them' }).click();
    await page.getByText('10 recovery codes are left.').waitFor();
});

test('she changes her password', async () => {
    const form = page.locator('form').filter({ hasText: 'Change password' });
    await form.getByLabel('Current password').fill(secret);
    await form.getByLabel('New password').fill('a ladder against the quiet moon');
    await form.getByLabel('Code').fill('AAAA-AAAA-AAAA-AAAA');
    await form.getByRole('button', { name: 'Change password' }).click();
    await form.getByRole('alert').waitFor();
    await look(page, 'security-password-wrong');
});

test('no page complained in the console', () => assert.deepEqual(complaints, []));
