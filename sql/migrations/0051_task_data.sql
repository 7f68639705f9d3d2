-- What a task works on is people's rows, there for minutes: it reaches neither the write-ahead log nor archives and replicas, and
-- ten megabytes are asked for in a third of the time. After a crash of the database it is gone, and the task says so.
alter table task_data set unlogged;
