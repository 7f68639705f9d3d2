import { Button } from '@mantine/core';
import icon from '../../../packages/ui/icon.svg';
import './public.css';

const rights = [
    ['Human agency', 'A named human can review and override every consequential decision.'],
    ['Explanation', 'The affected person can learn why, in plain words.'],
    ['Empathy', 'Automated adverse messages preserve dignity.'],
    ['Correction', 'A decision can be contested, and a human answers in time.'],
    ['Truth', 'People know when automation is involved, before it affects them.'],
];

export const HomePage = () => (
    <div className="public">
        <header className="public-head">
            <a className="brand" href="/"><img src={icon} alt="" width="28" height="28" /> AIC</a>
            <Button component="a" href="/app/">Sign in</Button>
        </header>
        <main>
            <section className="hero">
                <h1>When a machine decides about people, a named human stays accountable.</h1>
                <p>AIC registers AI systems, audits their decisions for bias, and keeps the record on a ledger that nobody can quietly change.</p>
                <div className="row"><Button size="md" component="a" href="/app/">Open the platform</Button><Button size="md" variant="default" component="a" href="/docs/api">Read the API</Button></div>
            </section>
            <section aria-labelledby="rights">
                <h2 id="rights">Five algorithmic rights</h2>
                <ol className="rights">{rights.map(([name, rule]) => <li key={name} className="panel"><strong>{name}</strong><span className="soft">{rule}</span></li>)}</ol>
            </section>
            <section aria-labelledby="claim" className="grid-2">
                <div className="panel"><h2 id="claim">What a certificate claims</h2><p>For each system in scope a named person answers for it, overriding works in practice, explanations exist, adverse messages keep dignity, corrections are handled by people within a time limit, and automation is disclosed.</p></div>
                <div className="panel"><h2>What it does not claim</h2><p>It does not claim that the model is unbiased, correct or safe, nor that a law is satisfied. It certifies accountability, not the technology.</p></div>
            </section>
        </main>
    </div>
);
