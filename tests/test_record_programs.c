/*
 * test_record_programs.c -- real programs of many kinds, recorded with
 * --verify: each trace is valid, and its live bytes are at every sample those
 * that the program's own blocks added up to.  What is not installed is left
 * out.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/recording.h"

static const struct sample {
    const char *needs; /* program */
    const char *command;
    size_t least_ops; /* of the main process */
    const char *output;
} samples[] = {
    {"ls", "sh -c 'exec ls -lR /usr/include/linux >/dev/null'", 500, ""},
    {"sort",
     "sh -c 'seq 300000 -1 1 >n; sort --parallel=2 -S 4M n | head -1; rm n'",
     10, "1\n"},
    {"xz", "sh -c 'seq 400000 | xz -1 -T2 --block-size=500000 | xz -d | wc -l'",
     10, "400000\n"},
    {"bash",
     "bash -c 'for i in {1..300}; do a[i]=${i}x; done; echo ${#a[@]} $(true)'",
     3000, "300\n"},
    {"perl", "perl -e '$h{$_ % 700} .= $_ for 1..9000; print scalar keys %h'",
     5000, "700"},
    {"/usr/bin/python3",
     "env PYTHONMALLOC=malloc /usr/bin/python3 -c "
     "'print(len({str(i): [i] for i in range(3000)}))'",
     20000, "3000\n"},
    {"sqlite3",
     "sqlite3 :memory: 'create table t(a); with recursive n(i) as (select 1 "
     "union all select i+1 from n where i<500) insert into t select i from n; "
     "select sum(a) from t'",
     1000, "125250\n"},
    {"gcc",
     "sh -c 'echo \"#include <stdio.h>\nint main(void) { return "
     "puts(\\\"x\\\"); "
     "}\" >x.c; gcc -O2 -S x.c; rm x.?'",
     10, ""},
    {"vim", "vim -u NONE -i NONE -n -es '+put =range(300)' '+%s/1/one/g' +q!",
     3000, ""},
    {"git", "git init -q r", 100, ""},
};

START_TEST(a_real_program_is_recorded_and_verified)
{
    const struct sample *sample = &samples[_i];
    struct recording recording;
    struct trace trace;
    if (!recording_has(sample->needs))
        return;
    recording_make(&recording, "--verify", sample->command);
    ck_assert_msg(recording.exit_status == 0, "%s", recording.errors);
    ck_assert_str_eq(recording.output, sample->output);
    recording_read(&recording, "out.rep", &trace);
    ck_assert_uint_ge(trace.n_ops, sample->least_ops);
    ck_assert_ptr_null(strstr(recording.errors, "unseen"));
    ck_assert_ptr_null(strstr(recording.errors, "not completed"));
    trace_free(&trace);
    recording_end(&recording);
}
END_TEST

/* A server with another allocator below, some threads, and a busy client. */
START_TEST(a_server_under_load_is_recorded_and_verified)
{
    static const char script[] =
        "sh -c 'redis-server --port 0 --unixsocket s --save \"\" "
        ">/dev/null & "
        "until redis-cli -s s ping >/dev/null 2>&1; do sleep 0.1; done; "
        "redis-benchmark -s s -n 200 -q -t set,get,lpush,lrange_100 "
        ">/dev/null; redis-cli -s s shutdown nosave; wait'";
    struct recording recording;
    if (!recording_has("redis-server") || !recording_has("redis-benchmark"))
        return;
    recording_make(&recording, "--verify", script);
    ck_assert_msg(recording.exit_status == 0, "%s", recording.errors);
    ck_assert_uint_ge(recording_files(&recording, "out.*.rep", NULL), 4);
    recording_end(&recording);
}
END_TEST

Suite *record_programs_suite(void)
{
    Suite *suite = suite_create("record_programs");
    TCase *programs = tcase_create("programs");
    tcase_set_timeout(programs, 120);
    tcase_add_loop_test(programs, a_real_program_is_recorded_and_verified, 0,
                        sizeof samples / sizeof samples[0]);
    tcase_add_test(programs, a_server_under_load_is_recorded_and_verified);
    suite_add_tcase(suite, programs);
    return suite;
}
