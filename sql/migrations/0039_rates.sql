-- How often each kind of request may be asked (domain 6.5). Servers read the numbers when they start and every minute, so
-- whoever operates the platform may change one here, and all servers follow. The names are those that the program knows;
-- a server that misses one does not start.

create table rate_limits (
    name text primary key check (length(name) between 1 and 40),
    most integer not null check (most between 1 and 1000000),
    window_seconds integer not null check (window_seconds between 1 and 86400),
    what text not null
);

insert into rate_limits (name, most, window_seconds, what) values
    ('api', 1000, 60, 'Requests of one person who is signed in'),
    ('api_key', 600, 60, 'Requests with one API key'),
    ('analyze', 30, 60, 'Analyses of one person'),
    ('export', 10, 3600, 'Exports of one person'),
    ('verify', 10, 60, 'Verifications of a chain by one person'),
    ('sign_in', 20, 60, 'Failed sign-ins from one address'),
    ('sign_in_network', 100, 60, 'Failed sign-ins from one network'),
    ('refresh', 300, 60, 'Sessions continued from one address'),
    ('register', 20, 3600, 'Registrations from one address'),
    ('intake', 3, 60, 'Reports and enquiries of the public from one address'),
    ('intake_day', 20, 86400, 'Reports and enquiries of the public from one address in a day'),
    ('case', 10, 60, 'Look-ups of cases from one address'),
    ('public', 120, 60, 'Other requests of the public from one address');

grant select on rate_limits to aic_system;
