"""Reads /in/data/*.parquet with DuckDB and writes its reports to /out.

Runs in the container. A session is a run of one account's events with no gap above 72 hours.

    sessions.csv   by number of events: sessions, amount, microseconds between first and last event
    weeks.csv      the 1,000 accounts that spent most within any 7 days
    surges-*.csv   by day: the events (of accounts or products) with 20 before them, and how many of
                   those cost 1.9 times the median of these 21
    products.csv   by product: events, different accounts, amount, median amount, mean and
                   standard deviation of the score
    cells.csv      by degree east and north: events, lowest and highest ticket, mean weight
    pairs.csv      the 1,000 pairs of shelves (20 products each) that met in most sessions

DuckDB gets one thread, as the job pays for half a CPU, and 1.2 GB of memory: what does not fit goes
to files in /out, removed at the end.
"""

import os
import time

import duckdb

SCRATCH = "/out/scratch.duckdb"

SURGES = """
        COPY (
            SELECT day, count(*) AS events,
                count(*) FILTER (amount * 10 >= middle * 19) AS surges
            FROM (
                SELECT moment // (86400 * 1000000::BIGINT) AS day, amount,
                    quantile_disc(amount, 0.5) OVER recent AS middle, count(*) OVER recent AS seen
                FROM visits WINDOW recent AS (PARTITION BY {key} ORDER BY moment, {other}, amount
                    ROWS BETWEEN 20 PRECEDING AND CURRENT ROW))
            WHERE seen = 21 GROUP BY day ORDER BY day
        ) TO '/out/surges-{key}.csv' (HEADER)"""

STEPS = {
    "sessions": """
        CREATE TABLE visits AS
        SELECT account, product, moment, amount, sum(opens)
            OVER (PARTITION BY account ORDER BY moment ROWS UNBOUNDED PRECEDING)::INTEGER AS session
        FROM (
            SELECT *, coalesce(moment - lag(moment) OVER (PARTITION BY account ORDER BY moment)
                > 72 * 3600 * 1000000::BIGINT, true)::INTEGER AS opens
            FROM '/in/data/*.parquet');
        COPY (
            SELECT events, count(*) AS sessions, sum(amount)::BIGINT AS amount,
                sum(lasted)::BIGINT AS lasted
            FROM (
                SELECT count(*) AS events, sum(amount) AS amount,
                    max(moment) - min(moment) AS lasted
                FROM visits GROUP BY account, session)
            GROUP BY events ORDER BY events
        ) TO '/out/sessions.csv' (HEADER)""",
    "weeks": """
        COPY (
            SELECT account, max(spent)::BIGINT AS spent
            FROM (
                SELECT account, sum(amount) OVER (PARTITION BY account ORDER BY moment
                    RANGE BETWEEN 7 * 86400 * 1000000::BIGINT PRECEDING AND CURRENT ROW) AS spent
                FROM visits)
            GROUP BY account ORDER BY spent DESC, account LIMIT 1000
        ) TO '/out/weeks.csv' (HEADER)""",
    "surges of accounts": SURGES.format(key="account", other="product"),
    "surges of products": SURGES.format(key="product", other="account"),
    "products": """
        COPY (
            SELECT product, count(*) AS events, count(DISTINCT account) AS accounts,
                sum(amount)::BIGINT AS amount, quantile_disc(amount, 0.5) AS median,
                avg(score) AS mean, stddev_samp(score) AS deviation
            FROM '/in/data/*.parquet' GROUP BY product ORDER BY product
        ) TO '/out/products.csv' (HEADER)""",
    "cells": """
        COPY (
            SELECT floor(east)::INTEGER AS east, floor(north)::INTEGER AS north,
                count(*) AS events, min(ticket) AS lowest, max(ticket) AS highest,
                avg(weight) AS weight
            FROM '/in/data/*.parquet' GROUP BY ALL ORDER BY ALL
        ) TO '/out/cells.csv' (HEADER)""",
    "pairs": """
        CREATE TABLE bought AS
        SELECT DISTINCT account, session, (product // 20)::SMALLINT AS shelf FROM visits;
        DROP TABLE visits;
        COPY (
            SELECT a.shelf AS one, b.shelf AS other, count(*) AS sessions
            FROM bought a JOIN bought b USING (account, session)
            WHERE a.shelf < b.shelf
            GROUP BY one, other ORDER BY sessions DESC, one, other LIMIT 1000
        ) TO '/out/pairs.csv' (HEADER)""",
}


def main():
    shop = duckdb.connect(SCRATCH, config={
        "threads": 1, "memory_limit": "1200MB", "temp_directory": "/out/spill",
        "preserve_insertion_order": False})
    for name, statements in STEPS.items():
        began = time.monotonic()
        shop.execute(statements)
        print(f"{name}: {time.monotonic() - began:.1f} s", flush=True)
    shop.close()
    os.remove(SCRATCH)
    if os.path.isdir("/out/spill"):
        os.rmdir("/out/spill")


main()
