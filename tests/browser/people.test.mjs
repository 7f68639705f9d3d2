// An administrator invites somebody, who joins in another browser; a new role ends the session, deactivating shuts the door, and
// deleting asks for the name. Then the organization's rule about second factors, and what is one's own.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { look, newPage, settled, signIn, startBrowser, url } from './browser.mjs';

const email = 'nomvula.story@example.com';
const secret = 'seven kettles under the bridge';
let browser;
let admin;
let guest;
let link;
const complaints = [];

const choose = async (page, label, option) => {
    await page.getByRole('dialog').last().getByRole('combobox', { name: label }).click(); // not the filter of the list behind it
    await page.getByRole('option', { name: option, exact: true }).click();
};
const makeLink = async (role) => {
    await admin.getByRole('button', { name: 'Invite', exact: true }).click();
    await choose(admin, 'Role', role);
    await admin.getByRole('button', { name: 'Make the link' }).click();
    await admin.getByRole('heading', { name: 'The link is ready' }).waitFor();
    return admin.getByRole('textbox', { name: 'Link' }).inputValue();
};
const openPerson = async (name) => {
    await admin.getByRole('row', { name }).first().click();
    await admin.getByRole('dialog').getByRole('heading', { name: 'Account' }).waitFor();
};

before(async () => {
    browser = await startBrowser();
    admin = await newPage(browser, complaints);
    guest = await newPage(browser, complaints);
    await admin.goto(`${url}/app/`);
    await signIn(admin, 'admin@umoja.example');
    await admin.getByRole('link', { name: 'People' }).click();
    await admin.getByRole('heading', { level: 1, name: 'People' }).waitFor();
});

after(async () => {
    await browser?.close();
});

test('the administrator sees who works here, and makes a link that is shown once', async () => {
    await admin.getByRole('row', { name: /Naledi Dube/ }).waitFor();
    await look(admin, 'people');
    await admin.getByRole('button', { name: 'Invite', exact: true }).click();
    await admin.getByRole('dialog').getByLabel('E-mail').fill('viewer@umoja.example');
    await admin.getByRole('button', { name: 'Make the link' }).click();
    await admin.getByRole('alert').getByText('in your organization already').waitFor();
    await look(admin, 'people-invite');
    await admin.keyboard.press('Escape');
    link = await makeLink('Internal auditor');
    assert.match(link, /\/app\/invite\?token=[\w-]{43}$/);
    assert.ok(link.startsWith(url));
    await look(admin, 'people-invite-made');
    await admin.getByRole('button', { name: 'Done' }).click();
    await admin.getByText('Whoever has the link').waitFor();
    await look(admin, 'people-invited');
});

test('whoever has the link joins', async () => {
    await guest.goto(link);
    await guest.getByRole('heading', { name: 'Join Umoja Credit' }).waitFor();
    await look(guest, 'invitation');
    await guest.getByLabel('Your name').fill('Nomvula Story');
    await guest.getByLabel('Your e-mail').fill(email);
    await guest.getByLabel('Password').first().fill('password1234');
    await guest.getByRole('button', { name: 'Join' }).click();
    await guest.getByRole('alert').waitFor();
    await look(guest, 'invitation-wrong');
    await guest.getByLabel('Password').first().fill(secret);
    await guest.getByRole('button', { name: 'Join' }).click();
    await guest.getByRole('navigation', { name: 'Menu' }).waitFor();
    assert.equal(await guest.getByRole('link', { name: 'People' }).count(), 0);
    await guest.goto(link);
    await guest.getByText('This invitation is over').waitFor();
    await look(guest, 'invitation-over');
    await guest.goto(`${url}/app/`);
    await guest.getByRole('navigation', { name: 'Menu' }).waitFor();
});

test('a new role ends the session of the old one', async () => {
    await admin.reload();
    await openPerson(/Nomvula Story/);
    await look(admin, 'person');
    await choose(admin, 'Role', 'Viewer');
    await admin.getByRole('button', { name: 'Save' }).click();
    await admin.getByRole('dialog').locator('.chip', { hasText: 'Viewer' }).waitFor();
    await guest.reload();
    await guest.getByRole('heading', { name: 'Sign in to AIC' }).waitFor();
    await signIn(guest, email, secret);
    await guest.getByRole('navigation', { name: 'Menu' }).waitFor();
});

test('who is deactivated is out, and does not come in again', async () => {
    await admin.getByRole('button', { name: 'Deactivate' }).click();
    await admin.getByRole('heading', { name: 'Deactivate Nomvula Story?' }).waitFor();
    await look(admin, 'person-deactivate');
    await admin.getByRole('dialog').last().getByRole('button', { name: 'Deactivate' }).click();
    await admin.getByRole('button', { name: 'Let in again' }).waitFor();
    await guest.reload();
    await guest.getByRole('heading', { name: 'Sign in to AIC' }).waitFor();
    await signIn(guest, email, secret);
    await guest.getByRole('alert').getByText('E-mail or password is wrong').waitFor();
});

test('deleting asks for the name', async () => {
    await admin.getByRole('button', { name: 'Delete…' }).click();
    const now = admin.getByRole('button', { name: 'Delete for good' });
    assert.equal(await now.isDisabled(), true);
    await look(admin, 'person-delete');
    await admin.getByLabel('Type the name').fill('Nomvula Story');
    await now.click();
    await now.waitFor({ state: 'detached' });
    await settled(admin);
    await admin.getByRole('row', { name: /Nomvula Story/ }).waitFor({ state: 'detached' });
    assert.ok(!admin.url().includes('person='));
});

test('an invitation that was revoked opens nothing', async () => {
    const other = await makeLink('Viewer');
    await admin.getByRole('button', { name: 'Done' }).click();
    await admin.getByRole('button', { name: 'Revoke' }).click();
    await admin.getByText('No invitation is open.').waitFor();
    await admin.getByText('All', { exact: true }).click();
    await admin.getByText('Revoked').first().waitFor();
    assert.match(admin.url(), /invites=all/);
    await look(admin, 'people-invitations');
    await guest.goto(other);
    await guest.getByText('This invitation is over').waitFor();
});

test('the organization may want a second factor of everybody', async () => {
    await admin.goto(`${url}/app/settings/organization`);
    await admin.getByRole('switch', { name: 'Everybody needs a second factor' }).waitFor();
    await look(admin, 'organization');
    const everybody = admin.getByRole('switch', { name: 'Everybody needs a second factor' });
    await everybody.click({ force: true });
    await admin.getByText('Saved.').waitFor();
    await admin.getByLabel('Sector').fill('Lending');
    await admin.getByRole('button', { name: 'Save' }).click();
    await admin.getByText('Saved.').nth(1).waitFor();
    await admin.reload();
    await everybody.waitFor();
    assert.equal(await everybody.isChecked(), true);
    assert.equal(await admin.getByLabel('Sector').inputValue(), 'Lending');
    await everybody.click({ force: true });
    await admin.getByText('Saved.').waitFor();
});

test('one\'s own name, data and account', async () => {
    await admin.getByRole('link', { name: 'Profile' }).click();
    await admin.getByRole('heading', { level: 1, name: 'Profile' }).waitFor();
    await look(admin, 'profile');
    const saved = admin.waitForEvent('download');
    await admin.getByRole('button', { name: 'Download my data' }).click();
    const data = JSON.parse(readFileSync(await (await saved).path(), 'utf8'));
    assert.equal(data.profile.email, 'admin@umoja.example');
    await admin.getByRole('button', { name: 'Delete my account…' }).click();
    await admin.getByRole('dialog').getByLabel('Current password').fill('not my password at all');
    await admin.getByRole('button', { name: 'Delete for good' }).click();
    await admin.getByRole('alert').getByText('This is not your password').waitFor();
    await look(admin, 'profile-delete');
});

test('no page complained', () => {
    assert.deepEqual(complaints, []);
});
