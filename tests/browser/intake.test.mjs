// Somebody is harmed, reports it, and follows the case; the lender's compliance officer works on it; a visitor writes to the
// certification body, whose own staff reads it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { look, newPage, settled, signIn, startBrowser, url } from './browser.mjs';

let browser;
let citizen;
let officer;
let told;
const complaints = [];

const reads = async (term) => (await citizen.locator('dl.receipt dt', { hasText: term }).locator('xpath=following-sibling::dd[1]').innerText()).trim();

before(async () => {
    browser = await startBrowser();
    citizen = await newPage(browser, complaints);
    officer = await newPage(browser, complaints);
});

after(async () => {
    await browser?.close();
});

test('a citizen finds the form, forgets half of it, and is told what is missing', async () => {
    await citizen.goto(`${url}/`);
    await citizen.getByRole('navigation').getByRole('link', { name: 'Report harm' }).click();
    await citizen.getByRole('heading', { level: 1, name: 'Report harm by an automated decision' }).waitFor();
    await look(citizen, 'report-harm');
    await citizen.getByLabel('Who decided?').fill('Umoja Credit');
    await citizen.getByLabel('What happened?').fill('Too short');
    await citizen.getByRole('button', { name: 'Send report' }).click();
    await citizen.getByRole('alert').waitFor();
    await look(citizen, 'report-harm-wrong');
});

test('the report is in: reference and secret are shown once', async () => {
    await citizen.getByRole('combobox', { name: 'What is it about?' }).click();
    await citizen.getByRole('option', { name: 'No human to appeal to' }).click();
    await citizen.getByLabel('What happened?').fill('My account was closed by a machine, and nobody answers when I ask for a person.');
    await citizen.getByLabel('What should happen now?').fill('A person looks at it.');
    await citizen.getByRole('button', { name: 'Send report' }).click();
    await citizen.getByRole('heading', { name: 'Your report is in' }).waitFor();
    told = { reference: await reads('Reference'), secret: await reads('Secret') };
    assert.match(told.reference, /^INC-[A-Z2-7]{8}$/);
    assert.match(told.secret, /^([A-Z2-7]{5}-){3}[A-Z2-7]{5}$/);
    await citizen.getByRole('checkbox', { name: 'I have kept both' }).check();
    await look(citizen, 'report-harm-receipt');
});

test('a wrong secret opens nothing, the right one the case', async () => {
    await citizen.getByRole('link', { name: 'Open my case' }).click();
    await citizen.getByLabel('Secret').fill('AAAAA-AAAAA-AAAAA-AAAAA');
    assert.equal(await citizen.getByLabel('Reference').inputValue(), told.reference);
    await citizen.getByRole('button', { name: 'Open the case' }).click();
    await citizen.getByRole('alert').getByText('There is no case').waitFor();
    await look(citizen, 'track-case-wrong');
    await citizen.getByLabel('Secret').fill(told.secret.toLowerCase());
    await citizen.getByRole('button', { name: 'Open the case' }).click();
    await citizen.getByText('Received, not yet looked at').first().waitFor();
    await citizen.getByLabel('Write to them').fill('The number of my account is on the letter.');
    await citizen.getByRole('button', { name: 'Send' }).click();
    await citizen.getByText('The number of my account is on the letter.').waitFor();
    await look(citizen, 'track-case');
    assert.ok(!citizen.url().includes(told.secret));
});

test('the compliance officer finds the report in her queue', async () => {
    // Eight days pass for the report about the loan.
    execFileSync('psql', ['-h', process.env.AIC_DATABASE_SOCKET, '-U', 'postgres', '-d', 'aic', '-qc',
        "set session_replication_role = replica; update incidents set created_at = created_at - interval '8 days', response_due_at = response_due_at - interval '8 days' where decision_reference = 'UC-2026-118203'"]);
    await officer.goto(`${url}/app/`);
    await signIn(officer, 'compliance@umoja.example');
    await officer.getByRole('link', { name: 'Incidents', exact: true }).click();
    await officer.getByRole('heading', { name: 'Incidents', level: 1 }).waitFor();
    await officer.getByRole('cell', { name: /My account was closed by a machine/ }).waitFor();
    await officer.getByText('Overdue').first().waitFor();
    assert.equal(await officer.getByText('Karoo').count(), 0);
    await look(officer, 'incidents');
});

test('she escalates what is overdue, after reading what that is', async () => {
    await officer.getByRole('button', { name: 'Escalate overdue' }).click();
    await officer.getByRole('heading', { name: 'Escalate overdue incidents?' }).waitFor();
    await officer.getByText('1 incident is past its answer date').waitFor();
    await look(officer, 'incidents-escalate');
    await officer.getByRole('button', { name: 'Escalate', exact: true }).click();
    await officer.getByText('Escalated.').waitFor();
    await officer.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await officer.getByText('Escalated, level 1').first().waitFor();
    await officer.getByRole('button', { name: 'Escalate overdue' }).click();
    await officer.getByText('needs escalating now').waitFor();
    await officer.keyboard.press('Escape');
});

test('she works on the citizen\'s case and answers', async () => {
    await officer.getByRole('cell', { name: /My account was closed by a machine/ }).click();
    await officer.getByRole('heading', { level: 1, name: /My account was closed by a machine/ }).waitFor();
    await officer.getByText('The number of my account is on the letter.').waitFor();
    await officer.getByRole('combobox', { name: 'Severity' }).click();
    await officer.getByRole('option', { name: 'High', exact: true }).click();
    await officer.getByText('Saved.').waitFor();
    await officer.getByRole('button', { name: 'Investigate' }).click();
    await officer.getByText('Became Investigating').waitFor();
    await officer.getByLabel('Message').fill('The branch confirms it.');
    await officer.getByRole('button', { name: 'Send' }).click();
    await officer.getByText('Note among colleagues').waitFor();
    await look(officer, 'incident');
    await officer.getByLabel('What was found and done').fill('Short.');
    await officer.getByRole('button', { name: 'Resolve' }).click();
    await officer.getByText('Say in at least 20 characters').first().waitFor();
    await officer.getByLabel('What was found and done').fill('The closure was an error of the system; the account is open again.');
    await officer.getByLabel('Answer to the reporter').fill('You were right. Your account is open again, and we are sorry.');
    await officer.getByRole('button', { name: 'Resolve' }).click();
    await officer.getByText('Became Resolved').waitFor();
    await look(officer, 'incident-resolved');
});

test('the citizen reads the answer, and nothing of what colleagues wrote', async () => {
    await citizen.goto(`${url}/citizens/track?reference=${told.reference}`);
    await citizen.getByLabel('Secret').fill(told.secret);
    await citizen.getByRole('button', { name: 'Open the case' }).click();
    await citizen.getByText('You were right. Your account is open again').first().waitFor();
    assert.equal(await citizen.getByText('The branch confirms it.').count(), 0);
    assert.equal(await citizen.getByText('Naledi').count(), 0);
    await look(citizen, 'track-case-answered');
    await citizen.getByLabel('Why should it be looked at again?').fill('It was closed once more.');
    await citizen.getByRole('button', { name: 'This does not settle it: reopen' }).click();
    await citizen.getByText('Being looked at').first().waitFor();
    await citizen.getByRole('button', { name: 'Withdraw my report' }).click();
    await citizen.getByRole('button', { name: 'Yes, withdraw' }).click();
    await citizen.getByText('Closed without action').first().waitFor();
});

test('she opens an incident of her own, and the queue keeps its filters in the address', async () => {
    await officer.goto(`${url}/app/incidents/new`);
    await officer.getByRole('button', { name: 'Open incident' }).click();
    await officer.getByRole('alert').waitFor();
    await look(officer, 'incident-new');
    await officer.getByLabel('In one sentence').fill('Letters went out twice');
    await officer.getByLabel('What happened, in detail').fill('The router sent two refusals to the same forty people.');
    await officer.getByRole('button', { name: 'Open incident' }).click();
    await officer.getByRole('heading', { level: 1, name: 'Letters went out twice' }).waitFor();
    await officer.goto(`${url}/app/incidents?severity=CRITICAL`);
    await officer.getByText('No incident fits these filters').waitFor();
    await look(officer, 'incidents-none');
});

test('her leads are those of her organization', async () => {
    await officer.getByRole('link', { name: 'Leads', exact: true }).click();
    await officer.getByRole('cell', { name: /Nomsa Zulu/ }).waitFor();
    assert.equal(await officer.getByText('Pieter').count(), 0);
    await look(officer, 'leads');
    await officer.getByRole('cell', { name: /Nomsa Zulu/ }).click();
    await officer.getByRole('combobox', { name: 'Status' }).click();
    await officer.getByRole('option', { name: 'Contacted' }).click();
    await officer.getByRole('button', { name: 'Save' }).click();
    await officer.getByText('Became Contacted').waitFor();
    await settled(officer);
    await look(officer, 'lead');
});

test('a visitor writes, and the certification body reads it', async () => {
    await citizen.goto(`${url}/contact`);
    await citizen.getByRole('heading', { level: 1, name: 'Write to us' }).waitFor();
    await citizen.getByRole('button', { name: 'Send message' }).click();
    await citizen.getByRole('alert').waitFor();
    await citizen.getByLabel('First name').fill('Zola');
    await citizen.getByLabel('E-mail').fill('zola@visitor.example');
    await citizen.getByLabel('Message').fill('Do you train auditors?');
    await look(citizen, 'contact');
    await citizen.getByRole('button', { name: 'Send message' }).click();
    await citizen.getByText('Your message is with us').waitFor();
    await look(citizen, 'contact-sent');
    const staff = await newPage(browser, complaints);
    await staff.goto(`${url}/app/leads`);
    await signIn(staff, 'staff@body.example');
    await staff.getByRole('cell', { name: /zola@visitor\.example/ }).waitFor();
    await staff.getByRole('link', { name: 'Incidents', exact: true }).click();
    await staff.getByRole('cell', { name: /bad risk/ }).waitFor();
    await staff.context().close();
});

test('no page complained in the console', () => {
    assert.deepEqual(complaints, []);
});
