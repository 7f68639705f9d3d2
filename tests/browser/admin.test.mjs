// What a super admin does: looks over all organizations, filters the audit log, follows it live, sees what changed, takes
// it along, looks after payment events, and rotates a key. A tenant's own administrator finds a closed door.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { look as lookAt, newPage, password, signIn, startBrowser, url } from './browser.mjs';

const admin = 'admin@umoja.example';
const complaints = [];
let browser;
let page;
const look = (name) => lookAt(page, name);

const sql = (text) => execFileSync('psql', ['-h', process.env.AIC_DATABASE_SOCKET, '-U', 'postgres', '-d', 'aic', '-v', 'ON_ERROR_STOP=1', '-qAt', '-c', text], { encoding: 'utf8' });

/** Somebody else, by the API. */
const post = async (path, body, token) => {
    const answer = await fetch(`${url}/api/v1${path}`, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) } });
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.json();
};

/** What the compliance officer does meanwhile. */
const register = async (name) => {
    const { access_token: token } = await post('/auth/login', { email: 'compliance@umoja.example', password });
    await post('/systems', { name, purpose: 'Decides while somebody looks.' }, token);
};

before(async () => {
    browser = await startBrowser();
    page = await newPage(browser, complaints);
    page.setDefaultTimeout(10_000);
});

after(async () => {
    await browser?.close();
});

test('an administrator of an organization finds a closed door', async () => {
    await page.goto(`${url}/admin/`);
    await page.getByRole('heading', { name: 'Sign in to AIC' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Create an account' }).count(), 0);
    await signIn(page, 'compliance@umoja.example');
    await page.getByText('You have no access here').waitFor();
    await look('admin-closed');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to AIC' }).waitFor();
});

test('a super admin sees how the platform fares', async () => {
    execFileSync(new URL('../../build/aicd', import.meta.url).pathname, ['make-super-admin', admin], { env: { ...process.env, DATABASE_URL: `host=${process.env.AIC_DATABASE_SOCKET} user=postgres dbname=aic` } });
    sql(`insert into billing_events (provider_event_id, type, provider_at, payload_sha256, outcome) values
        ('evt_of_nobody', 'customer.subscription.updated', now() - interval '1 hour', sha256('one'), 'UNMATCHED'), ('evt_kept', 'charge.refunded', now() - interval '2 hours', sha256('two'), 'KEPT')`);
    for (const email of [admin, 'nobody@example.com'])
        await fetch(`${url}/api/v1/auth/login`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ email, password: 'not the password at all' }) });
    await signIn(page, admin);
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    await page.getByRole('cell', { name: '127.0.0.1' }).waitFor();
    await page.getByRole('link', { name: /Payment events 1/ }).waitFor();
    await look('admin-overview');
});

test('she filters the audit log of all organizations by its address', async () => {
    await register('Seen later');
    await page.getByRole('link', { name: 'Audit log', exact: true }).click();
    await page.getByRole('heading', { name: 'Audit log' }).waitFor();
    await page.getByRole('cell', { name: 'Umoja Credit' }).first().waitFor();
    await look('admin-audit');
    await page.getByRole('combobox', { name: 'Organization' }).fill('umoja');
    await page.getByRole('option', { name: 'Umoja Credit' }).click();
    await page.waitForURL(/org=/);
    await page.getByRole('combobox', { name: 'What happened' }).click();
    await page.getByRole('option', { name: 'System registered', exact: true }).click();
    await page.waitForURL(/event=system_registered/);
    await page.waitForFunction(() => [...document.querySelectorAll('tbody tr')].every((row) => /System registered/.test(row.textContent)));
    await page.getByRole('button', { name: 'Check the seals' }).click();
    await page.getByText('Sound', { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Person' }).click();
    await page.getByRole('option', { name: /Umoja/ }).first().waitFor();
    await page.keyboard.press('Escape');
    await page.reload();
    await page.getByRole('cell', { name: 'System registered' }).first().waitFor();
    assert.equal(await page.getByRole('combobox', { name: 'Organization' }).inputValue(), 'Umoja Credit');
    await look('admin-audit-filtered');
});

test('she keeps the search by a name, and finds it again', async () => {
    await page.getByRole('button', { name: 'Saved searches' }).click();
    await page.getByLabel('Save these filters as').fill('New systems of Umoja');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'New systems of Umoja', exact: true }).waitFor();
    await look('admin-audit-saved');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Clear filters' }).first().click();
    await page.waitForURL((to) => to.search === '');
    await page.getByRole('button', { name: 'Saved searches' }).click();
    await page.getByRole('button', { name: 'New systems of Umoja', exact: true }).click();
    await page.waitForURL(/event=system_registered/);
});

test('the live tail shows a new event by itself, and what changed in it', async () => {
    await page.getByLabel('Live').check({ force: true });
    await page.getByText('0 new rows').waitFor();
    await register('Seen live');
    await page.getByText('1 new row since').waitFor({ timeout: 10_000 });
    await page.getByText('New', { exact: true }).first().waitFor();
    await look('admin-audit-live');
    await page.getByRole('cell', { name: 'System registered' }).first().click();
    await page.getByRole('heading', { name: 'What changed' }).waitFor();
    await page.getByRole('cell', { name: 'Seen live' }).waitFor();
    await page.waitForURL(/entry=/);
    await look('admin-audit-entry');
    await page.keyboard.press('Escape');
    await page.getByLabel('Live').uncheck({ force: true });
});

test('what is filtered is taken along as CSV and NDJSON, and that is on record', async () => {
    const take = async (kind) => {
        const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export', exact: true }).click().then(() => page.getByRole('menuitem', { name: kind }).click())]);
        return readFileSync(await file.path(), 'utf8');
    };
    const lines = (await take('Table (CSV)')).trim().split('\n');
    assert.ok(lines[0].startsWith('id,seq,org_id,') && lines.slice(1).every((line) => line.includes('system_registered')));
    const rows = (await take('Lines of JSON (NDJSON)')).trim().split('\n').map((line) => JSON.parse(line));
    assert.equal(rows.length, lines.length - 1);
    await page.goto(`${url}/admin/audit-log?event=data_exported`);
    await page.getByText('GET /api/v1/admin/audit-log').first().waitFor();
    assert.equal(await page.getByText('GET /api/v1/admin/audit-log', { exact: true }).count(), 2);
});

test('words that are nowhere end in plain words', async () => {
    await page.getByLabel('Words').fill('nowhere to be found');
    await page.keyboard.press('Enter');
    await page.getByText('No row fits these filters').waitFor();
    await page.waitForURL(/q=nowhere/);
    await look('admin-audit-none');
});

test('a search that would look at too much says how far it looked, and goes on when asked', async () => {
    sql(`set session_replication_role = replica;
        insert into audit_log (seq, at, actor_kind, event, outcome, reason, prev_hash, hash)
        select 1000 + i, now() - make_interval(secs => 300 + i / 1000.0), 'SYSTEM', 'seen', 'OK', case when i = 119000 then 'a needle' end, repeat('0', 64), repeat('0', 64) from generate_series(1, 120000) i`);
    await page.goto(`${url}/admin/audit-log?event=seen&q=needle`);
    await page.getByText(/^Looked back to .* 0 rows fit so far\.$/).waitFor();
    await look('admin-audit-reach');
    await page.getByRole('button', { name: 'Search older rows' }).click();
    await page.getByRole('cell', { name: /a needle/ }).waitFor();
    sql("set session_replication_role = replica; delete from audit_log where event = 'seen'");
});

test('every way across organizations is listed with its reason and its latest uses', async () => {
    await page.getByRole('link', { name: 'System access' }).click();
    await page.getByText('GET /admin/audit-log', { exact: true }).waitFor();
    await look('admin-access');
    await page.getByRole('tab', { name: 'Latest uses' }).click();
    await page.getByText(/^S6 /).first().waitFor();
    await look('admin-access-latest');
    await page.getByRole('tab', { name: 'Latest lockouts' }).click();
    await page.getByText('Nothing yet').waitFor();
});

test('payment events that fit nobody are found at once', async () => {
    await page.getByRole('link', { name: /Payment events/ }).click();
    await page.getByRole('cell', { name: /evt_kept/ }).waitFor();
    await page.getByRole('combobox', { name: 'Outcome' }).click();
    await page.getByRole('option', { name: 'Fits nobody' }).click();
    await page.waitForURL(/\/admin\/billing-events\?outcome=UNMATCHED/);
    await page.getByRole('cell', { name: /evt_of_nobody/ }).waitFor();
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
    await look('admin-events');
});

test('leads of all organizations are filtered by organization', async () => {
    await page.getByRole('link', { name: 'Leads' }).click();
    await page.getByRole('heading', { name: 'Leads' }).waitFor();
    await page.getByRole('combobox', { name: 'Organization' }).click();
    await page.getByRole('option', { name: 'Umoja Credit' }).click();
    await page.waitForURL(/org=/);
    await look('admin-leads');
});

test('a key is rotated; in an emergency the word must be typed; a compromised one is marked', async () => {
    await page.getByRole('link', { name: 'Signing keys' }).click();
    await page.getByRole('cell', { name: 'Active' }).waitFor();
    const rows = page.locator('tbody tr');
    const before = await rows.count();
    await page.getByRole('button', { name: 'Rotate', exact: true }).click();
    await page.getByLabel('Reason').fill('Yearly rotation');
    await look('admin-key-rotate');
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
    await page.getByRole('cell', { name: 'Still verifies' }).waitFor();
    assert.equal(await rows.count(), before + 1);
    await look('admin-keys');
    await page.getByRole('button', { name: 'Emergency rotation' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('A backup was lost');
    await dialog.getByLabel('Type EMERGENCY to confirm').fill('emergency');
    await dialog.getByRole('button', { name: 'Emergency rotation' }).click();
    assert.ok(await dialog.isVisible());
    await dialog.getByLabel('Type EMERGENCY to confirm').fill('EMERGENCY');
    await look('admin-key-emergency');
    await dialog.getByRole('button', { name: 'Emergency rotation' }).click();
    await page.waitForFunction((count) => document.querySelectorAll('tbody tr').length === count, before + 2);
    await page.getByRole('button', { name: /^Mark as compromised: / }).last().click();
    await dialog.getByLabel('Reason').fill('Found where it should not be');
    await dialog.getByLabel('Type COMPROMISED to confirm').fill('COMPROMISED');
    await dialog.getByRole('button', { name: 'Mark as compromised' }).click();
    await page.getByRole('cell', { name: 'Compromised', exact: true }).waitFor();
    const keys = await (await page.request.get(`${url}/.well-known/jwks.json`)).json();
    assert.equal(keys.keys.length, 1);
});

test('her organization sees its plan and its invoices', async () => {
    await page.goto(`${url}/app/settings/billing`);
    await page.getByText('No plan is chosen yet').waitFor();
    await look('billing-empty');
    sql(`insert into subscriptions (org_id, provider_customer_id, plan, status, period_end, provider_at) select org_id, 'cus_umoja', 'ELEVATED', 'PAST_DUE', now() + interval '20 days', now() from users where email = '${admin}';
        insert into invoices (org_id, provider_invoice_id, number, amount_due, amount_paid, currency, status, issued_at, provider_at) select org_id, 'in_1', 'AIC-0001', 1250000, 1250000, 'ZAR', 'PAID', now() - interval '40 days', now() from users where email = '${admin}';
        insert into invoices (org_id, provider_invoice_id, number, amount_due, amount_paid, currency, status, issued_at, provider_at) select org_id, 'in_2', 'AIC-0002', 1250000, 0, 'ZAR', 'OPEN', now() - interval '10 days', now() from users where email = '${admin}'`);
    await page.reload();
    await page.getByRole('cell', { name: 'AIC-0002' }).waitFor();
    await look('billing');
});

test('no script complained', () => assert.deepEqual(complaints, []));
