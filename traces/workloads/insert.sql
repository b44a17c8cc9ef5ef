-- A small shop: inserts in transactions, indexes, joins, updates, deletes.
CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT, city TEXT);
CREATE TABLE purchase(id INTEGER PRIMARY KEY, customer INT, item TEXT, price REAL, note TEXT);
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 300)
INSERT INTO customer SELECT i, 'customer ' || i, 'city ' || (i*7919 % 37) FROM n;
COMMIT;
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 4000)
INSERT INTO purchase SELECT i, i*104729 % 300 + 1, 'item ' || (i*31 % 211),
  (i*7907 % 9973) / 100.0, hex(zeroblob(i*13 % 90)) FROM n;
COMMIT;
CREATE INDEX purchase_customer ON purchase(customer);
CREATE INDEX purchase_item ON purchase(item, price);
SELECT city, count(*), round(sum(price), 2) FROM customer JOIN purchase
  ON purchase.customer = customer.id GROUP BY city ORDER BY 3 DESC LIMIT 5;
UPDATE purchase SET note = note || '-' || item WHERE id % 3 = 0;
DELETE FROM purchase WHERE id % 5 = 0;
SELECT item, group_concat(DISTINCT customer) FROM purchase GROUP BY item LIMIT 3;
SELECT count(*) FROM purchase a JOIN purchase b ON a.item = b.item AND a.price < b.price;
VACUUM;
SELECT c.name, (SELECT max(price) FROM purchase p WHERE p.customer = c.id)
  FROM customer c ORDER BY 2 DESC, 1 LIMIT 5;
