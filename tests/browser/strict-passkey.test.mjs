// Somebody takes a passkey where a second factor is a duty, signs in with it alone and after the password, and keeps it in order. The
// device is the browser's own virtual authenticator. A passkey is tied to a name, so the site is opened as localhost.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { look, newPage, signIn, startBrowser, url } from './browser.mjs';

const site = url.replace('127.0.0.1', 'localhost');
const email = 'story.of.a.passkey@example.com';
const secret = 'nine lanterns over the river';
const complaints = [];
let browser;
let page;
let device;
let authenticator;

const told = (name, ...more) => device.send(`WebAuthn.${name}`, { authenticatorId: authenticator, ...more[0] });
const menu = () => page.getByRole('navigation', { name: 'Menu' }).waitFor();
const signOut = async () => {
    await page.context().clearCookies();
    await page.goto(`${site}/app/`);
};
/** As if the last proof of who she is were of a while ago: the session goes on by its refresh cookie. */
const minutesPass = async () => {
    const sql = `update sessions set authenticated_at = now() - interval '10 minutes' where user_id = (select id from users where email = '${email}')`;
    execFileSync('psql', ['-h', process.env.AIC_DATABASE_SOCKET, '-U', 'postgres', '-d', 'aic', '-qc', sql]);
    await page.context().clearCookies({ name: 'aic_access' });
};

before(async () => {
    browser = await startBrowser();
    page = await newPage(browser, complaints);
    await page.goto(`${site}/app/`); // the device belongs to the site's own process
    device = await page.context().newCDPSession(page);
    await device.send('WebAuthn.enable');
    const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
    authenticator = (await device.send('WebAuthn.addVirtualAuthenticator', { options })).authenticatorId;
    const made = await fetch(`${url}/api/v1/auth/register`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ organization: 'Passkeys', name: 'Pia Passkey', email, password: secret }),
    });
    assert.equal(made.status, 201);
});

after(async () => {
    await browser?.close();
});

test('a passkey takes the place of the app that is a duty otherwise', async () => {
    await page.goto(`${site}/app/`);
    await signIn(page, email, secret);
    await page.getByRole('button', { name: 'Use a passkey instead' }).waitFor();
    await look(page, 'passkey-set-up');
    await page.getByRole('button', { name: 'Use a passkey instead' }).click();
    await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    assert.equal((await told('getCredentials')).credentials.length, 1);
    await page.getByRole('button', { name: 'I have stored them' }).click();
    await menu();
});

test('it signs in alone, without a password', async () => {
    await signOut();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor();
    await look(page, 'passkey-sign-in');
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await menu();
});

test('a device that is not sure who it is does not sign in', async () => {
    await signOut();
    await told('setUserVerified', { isUserVerified: false });
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('alert').waitFor();
    await look(page, 'passkey-sign-in-refused');
    await told('setUserVerified', { isUserVerified: true });
});

test('after the password it is the second factor', async () => {
    await signIn(page, email, secret);
    await page.getByRole('heading', { name: 'Your second factor' }).waitFor();
    await look(page, 'passkey-second-factor');
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await menu();
});

test('on the security page she renames it and cannot remove her last one', async () => {
    await page.getByRole('link', { name: 'Security' }).click();
    const table = page.getByRole('region', { name: 'Your passkeys' });
    await table.getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Telephone');
    await look(page, 'passkey-rename');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await table.getByText('Telephone').waitFor();
    await look(page, 'passkey-security');
    await table.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('this is your last one').waitFor();
    await look(page, 'passkey-remove-last');
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
});

test('a while later she shows that it is she before she adds another', async () => {
    const another = { protocol: 'ctap2', transport: 'usb', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
    await minutesPass();
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    const naming = page.getByRole('dialog', { name: 'Add a passkey' });
    await naming.getByLabel('Name').fill('Blue key');
    await naming.getByRole('button', { name: 'Go on' }).click();
    const proof = page.getByRole('dialog', { name: 'Show that it is you' });
    await proof.getByLabel('Code').fill('AAAA-AAAA-AAAA-AAAA');
    await proof.getByRole('button', { name: 'Go on' }).click();
    await proof.getByRole('alert').waitFor();
    await look(page, 'passkey-step-up');
    const shown = page.waitForResponse((answer) => answer.url().endsWith('/auth/step-up') && answer.status() === 200);
    await proof.getByRole('button', { name: 'Use a passkey' }).click();
    await shown;
    // This device has one of her account already, and says so; another has none.
    await naming.getByRole('alert').getByText('already').waitFor();
    await device.send('WebAuthn.addVirtualAuthenticator', { options: another });
    await told('setAutomaticPresenceSimulation', { enabled: false });
    await naming.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('region', { name: 'Your passkeys' }).getByText('Blue key').waitFor();
});

test('she removes the old one now that there is another', async () => {
    const row = page.getByRole('row').filter({ hasText: 'Telephone' });
    await row.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await row.waitFor({ state: 'detached' });
});

test('no page complained in the console', () => assert.deepEqual(complaints, []));
