// Somebody has forgotten her password: too many guesses lock her account, a letter lets her in again; she confirms her address
// and changes it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { look as lookAt, newPage, shots, signIn, startBrowser, url } from './browser.mjs';
import { htmlOf, linkOf } from './letters.mjs';

const email = 'rose.recovery@example.com';
const newEmail = 'rose@lanterns.example.com';
const forgotten = 'nine lanterns over the river';
const secret = 'a ladder against the quiet moon';
let browser;
let page;
const complaints = [];
const look = (name) => lookAt(page, name);

before(async () => {
    browser = await startBrowser();
    page = await newPage(browser, complaints);
    const made = await fetch(`${url}/api/v1/auth/register`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ organization: 'Recovery', name: 'Rose Recovery', email, password: forgotten }),
    });
    assert.equal(made.status, 201);
});

after(async () => {
    await browser?.close();
});

test('too many guesses lock the account, and a countdown says for how long', async () => {
    await page.goto(`${url}/app/`);
    for (let guess = 0; guess < 5; guess++) {
        await signIn(page, email, `wrong guess number ${guess}`);
        await page.getByRole('alert').getByText('E-mail or password is wrong.').waitFor();
        await page.waitForFunction(() => !document.querySelector('[data-loading]'));
    }
    await signIn(page, email, forgotten);
    await page.getByText('Too many wrong attempts').waitFor();
    const timer = page.getByRole('timer');
    const first = await timer.innerText();
    assert.match(first, /^1[45]:\d\d$/);
    await page.waitForFunction((was) => document.querySelector('[role=timer]').textContent !== was, first);
    await look('locked');
});

test('she asks for a letter', async () => {
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await page.getByRole('heading', { name: 'Set a new password' }).waitFor();
    await look('forgot');
    await page.getByLabel('E-mail').fill(email);
    await page.getByRole('button', { name: 'Send the letter' }).click();
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor();
    await look('forgot-sent');
});

test('its link sets a new password, and stands nowhere afterwards', async () => {
    const link = await linkOf(page, email, 'reset');
    await page.goto(link);
    await page.getByRole('heading', { name: 'Set a new password' }).waitFor();
    assert.equal(page.url(), `${url}/app/reset`);
    await look('reset');
    await page.getByLabel('New password').fill('passwordpassword');
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByRole('alert').waitFor();
    await look('reset-wrong');
    await page.getByLabel('New password').fill(secret);
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByRole('heading', { name: 'Your password is set' }).waitFor();
    await look('reset-done');
    await page.goto(link);
    await page.getByLabel('New password').fill(secret);
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByText('This link is not good any more').waitFor();
    await look('reset-gone');
});

test('she signs in with it, although the account was locked', async () => {
    await page.getByRole('link', { name: 'Back to the sign-in' }).click();
    await signIn(page, email, secret);
    await page.getByRole('navigation', { name: 'Menu' }).waitFor();
});

test('she changes her address, and the link in the letter to the new one does it', async () => {
    await page.goto(`${url}/app/settings/security`);
    const form = page.locator('form').filter({ hasText: 'Change address' });
    await form.getByText(`You sign in with ${email}.`).waitFor();
    await form.getByLabel('New address').fill(newEmail);
    await form.getByLabel('Current password').fill('not her password');
    await form.getByRole('button', { name: 'Change address' }).click();
    await form.getByRole('alert').waitFor();
    await look('security-address-wrong');
    await form.getByLabel('Current password').fill(secret);
    await form.getByRole('button', { name: 'Change address' }).click();
    await form.getByText('A letter is on its way to the new address.').waitFor();
    await page.goto(await linkOf(page, newEmail, 'email_change'));
    await page.getByRole('heading', { name: 'Confirm your address' }).waitFor();
    assert.equal(page.url(), `${url}/app/verify`);
    await look('verify');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('heading', { name: 'Your address is changed' }).waitFor();
    await look('verify-changed');
    await page.goto(`${url}/app/verify?token=used`);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('This link is not good any more').waitFor();
    await look('verify-gone');
    await page.context().clearCookies();
    await page.goto(`${url}/app/`);
    await signIn(page, newEmail, secret);
    await page.getByRole('navigation', { name: 'Menu' }).waitFor();
});

test('a link without its token is no dead end', async () => {
    await page.goto(`${url}/app/reset`);
    await page.getByRole('heading', { name: 'This link is not whole' }).waitFor();
    await look('reset-no-token');
});

test('the letter itself can be read', async () => {
    const reader = await newPage(browser, complaints, 700, 700);
    await reader.setContent(htmlOf(email, 'reset'));
    await reader.screenshot({ path: `${shots}letter-reset.png` });
});

test('no page complained in the console', () => assert.deepEqual(complaints, []));
