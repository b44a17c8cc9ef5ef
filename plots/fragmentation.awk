# fragmentation.awk -- where memory goes, by policy: the means over traces of
# the four measures of Johnstone and Wilson (ISMM 1998), and the footprint at
# its peak, in per cent of the payload then: bytes beyond what was asked for;
# headers, padding and tables; free memory.
#
#   ./mdriver -c -p all --csv run.csv TRACES; awk -f fragmentation.awk run.csv
#
# Measures are told in per cent beyond 1: 0 is no fragmentation.  Rows that are
# not valid, or of subjects whose blocks cannot be walked, are left out.

BEGIN { FS = ","; OFS = "," }

NR == 1 {
    for (i = 1; i <= NF; i++) {
        column[$i] = i
    }
    next
}

$column["valid"] == 1 && $column["ledger_payload_bytes"] > 0 {
    policy = $column["policy"]
    if (!(policy in rows)) {
        order[++n] = policy
    }
    rows[policy]++
    for (k = 1; k <= 4; k++) {
        measure[policy, k] += $column["fragmentation_" k] - 1
    }
    payload = $column["ledger_payload_bytes"]
    inside[policy] += $column["ledger_internal_bytes"] / payload
    tables[policy] += $column["ledger_metadata_bytes"] / payload
    outside[policy] += $column["ledger_external_bytes"] / payload
}

END {
    print "policy,measure_1,measure_2,measure_3,measure_4,internal,metadata," \
          "external"
    for (i = 1; i <= n; i++) {
        p = order[i]
        share = 100 / rows[p]
        printf "%s", p
        for (k = 1; k <= 4; k++) {
            printf ",%.2f", share * measure[p, k]
        }
        printf ",%.2f,%.2f,%.2f\n", share * inside[p], share * tables[p],
               share * outside[p]
    }
}
