// Somebody is invited to a role that needs a second factor, and sets it up on the way in.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { look, newPage, startBrowser, url } from './browser.mjs';
import { codeOf } from './totp.mjs';

const secret = 'eleven owls in the orchard';
let browser;
let guest;
let link;
const complaints = [];

const post = async (path, body, token) => {
    const answer = await fetch(`${url}/api/v1${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) }, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.json();
};

before(async () => {
    browser = await startBrowser();
    guest = await newPage(browser, complaints);
    await post('/auth/register', { organization: 'Orchard', name: 'Olga Owner', email: 'olga.story@example.com', password: secret });
    const { mfa_token } = await post('/auth/login', { email: 'olga.story@example.com', password: secret });
    const set = await post('/auth/mfa/setup', { mfa_token });
    const { access_token } = await post('/auth/mfa/enable', { mfa_token, code: codeOf(set.secret) });
    ({ link } = await post('/users', { name: 'Odwa Officer', email: 'odwa.story@example.com', role: 'COMPLIANCE_OFFICER' }, access_token));
});

after(async () => {
    await browser?.close();
});

test('the invitation knows the name and the address; the second factor comes next', async () => {
    await guest.goto(link);
    await guest.getByRole('heading', { name: 'Join Orchard' }).waitFor();
    assert.equal(await guest.getByLabel('Your name').inputValue(), 'Odwa Officer');
    assert.equal(await guest.getByLabel('Your e-mail').inputValue(), 'odwa.story@example.com');
    await look(guest, 'invitation-bound');
    await guest.getByLabel('Password').first().fill(secret);
    await guest.getByRole('button', { name: 'Join' }).click();
    await guest.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
    await guest.getByRole('button', { name: 'Set up now' }).click();
    await guest.getByRole('img', { name: 'QR code' }).waitFor();
    await look(guest, 'invitation-set-up');
    await guest.getByLabel('Then type the six digits').fill(codeOf(await guest.locator('[data-secret]').innerText()));
    await guest.getByRole('button', { name: 'Switch on' }).click();
    await guest.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
    await guest.getByRole('button', { name: 'I have stored them' }).click();
    await guest.getByRole('navigation', { name: 'Menu' }).waitFor();
    assert.deepEqual(complaints, []);
});
