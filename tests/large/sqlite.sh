# sqlite3: a million rows, an index, joins, a sort and a vacuum, in a file.
sqlite3 rows.db <<'END'
create table t(a integer primary key, b text, c integer);
begin;
with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000000)
insert into t select i, hex(i * 7919 % 1000003), i % 1000 from n;
commit;
create index x on t(c, b);
select count(*), sum(a), min(b), max(b) from t;
select c, count(*), group_concat(b) from t where c < 3 and a < 9000 group by c;
select count(*) from (select distinct substr(b, 1, 6) from t);
select sum(u.a) from t join t u on u.a = t.a + 1 where t.c = 17;
delete from t where c % 3 = 0;
vacuum;
pragma integrity_check;
select count(*), sum(a) from t;
END
