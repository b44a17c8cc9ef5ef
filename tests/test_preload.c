/*
 * test_preload.c -- libmymalloc.so: its names, its meaning, its threads, and
 * real programs that print under it what they print without.
 *
 * All that runs under the library is built without sanitizers.
 */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/preloaded.h"

static const char *const policies[] = {"", "best-fit", "first-fit"};

enum { N_POLICIES = sizeof policies / sizeof *policies };

START_TEST(exactly_the_standard_names_are_exported)
{
    static const char names[] =
        "aligned_alloc\ncalloc\ncfree\nfree\nfree_aligned_sized\nfree_sized\n"
        "heap_check\nheap_dump\nheap_stats\nmallinfo\nmallinfo2\nmalloc\n"
        "malloc_info\nmalloc_stats\nmalloc_trim\nmalloc_usable_size\nmallopt\n"
        "memalign\nposix_memalign\npvalloc\nrealloc\nreallocarray\nvalloc\n";
    char command[2 * PATH_MAX];
    int status;
    snprintf(command, sizeof command,
             "nm -D --defined-only %s/libmymalloc.so | awk '{print $3}' | "
             "LC_ALL=C sort",
             preloaded_build());
    char *text = preloaded_shell(command, &status);
    ck_assert_str_eq(text, names);
    free(text);
}
END_TEST

/* Under the policy with this index, a program ends well and says nothing. */
static void expect_quiet(int policy, const char *program)
{
    char settings[128] = "", command[PATH_MAX + 64];
    if (*policies[policy] != '\0')
        snprintf(settings, sizeof settings, "MALLOC_POLICY=%s",
                 policies[policy]);
    snprintf(command, sizeof command, "%s/tests/programs/%s", preloaded_build(),
             program);
    int status;
    char *text = preloaded_output(settings, command, &status);
    ck_assert_str_eq(text, "");
    ck_assert_int_eq(status, 0);
    free(text);
}

START_TEST(the_functions_do_what_their_manuals_say)
{
    expect_quiet(_i, "preload_semantics");
}
END_TEST

START_TEST(threads_share_exchange_fork_and_end)
{
    expect_quiet(_i, "preload_threads");
}
END_TEST

START_TEST(blocks_that_others_free_return_to_their_arena)
{
    expect_quiet(_i, "ways_home");
}
END_TEST

START_TEST(misuse_is_told_with_exit_code_3)
{
    static const struct {
        const char *mode, *output;
    } cases[] = {
        {"double-free", "error: double free detected at 0x"},
        {"double-free-large", "error: double free detected at 0x"},
        {"interior-free", "error: invalid free detected at 0x"},
        {"stack-free", "error: invalid free detected at 0x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[PATH_MAX + 64];
        snprintf(command, sizeof command,
                 "%s/tests/programs/preload_semantics %s", preloaded_build(),
                 cases[i].mode);
        preloaded_expect("", command, 3, cases[i].output);
    }
}
END_TEST

START_TEST(a_dump_shows_blocks_and_a_summary)
{
    char command[PATH_MAX + 64];
    snprintf(command, sizeof command,
             "%s/tests/programs/preload_semantics dump", preloaded_build());
    preloaded_expect("", command, 0, " USED]\n");
    preloaded_expect("", command, 0, "\nSummary: allocs=1 frees=0\n");
}
END_TEST

START_TEST(wrong_settings_are_told_once_and_ignored)
{
    int status;
    char *text =
        preloaded_output("", "MALLOC_POLICY=fastest exec expr 1 + 1", &status);
    ck_assert_str_eq(text, "warning: MALLOC_POLICY=fastest ignored: no policy "
                           "named 'fastest'\n2\n");
    free(text);
    text = preloaded_output("", "MALLOC_MMAP_THRESHOLD=1k exec expr 1 + 1",
                            &status);
    ck_assert_str_eq(text,
                     "warning: MALLOC_MMAP_THRESHOLD=1k ignored: expected "
                     "bytes from 4096 to 33554432\n2\n");
    free(text);
}
END_TEST

/* The setting arrives although malloc is called before environ is set. */
START_TEST(the_policy_named_is_the_policy_used)
{
    static const char script[] =
        "exec perl -e 'use strict; open(my $f, \"<\", \"/proc/self/maps\"); "
        "print grep(/libmymalloc/, <$f>) ? \"there\" : \"absent\"'";
    char command[2 * PATH_MAX];
    preloaded_expect("MALLOC_POLICY=next-fit", script, 0, "there");
    snprintf(command, sizeof command,
             "exec %s/tests/programs/preload_semantics stats",
             preloaded_build());
    preloaded_expect("", command, 0, "\nmax mmap bytes   = ");
    for (int i = 1; i < N_POLICIES; i++) {
        char settings[128], expected[128];
        snprintf(settings, sizeof settings, "MALLOC_POLICY=%s", policies[i]);
        snprintf(expected, sizeof expected, "policy            %s\n",
                 policies[i]);
        preloaded_expect(settings, command, 0, expected);
    }
}
END_TEST

START_TEST(programs_run_under_a_small_address_space)
{
    preloaded_expect("", "ulimit -v 400000; exec expr 20 + 3", 0, "23\n");
}
END_TEST

static const struct {
    const char *arguments;
    int status;
    const char *part; /* of what is printed */
} runs[] = {
    {"sh -c 'echo \"$LD_PRELOAD\"; exit 7'", 7, "/libmymalloc.so\n"},
    {"-- sh -c 'echo \"$LD_PRELOAD\"; exit 7'", 7, "/libmymalloc.so\n"},
    {"/no/such 2>&1", 127, "runprogram: /no/such: No such file"},
    {"-- 2>&1", 2, "usage: runprogram"},
    {"2>&1", 2, "usage: runprogram"},
};

START_TEST(runprogram_preloads_and_passes_on)
{
    char command[2 * PATH_MAX];
    int status;
    snprintf(command, sizeof command, "%s/runprogram %s", preloaded_build(),
             runs[_i].arguments);
    char *text = preloaded_shell(command, &status);
    ck_assert_int_eq(status, runs[_i].status);
    ck_assert_msg(strstr(text, runs[_i].part) != NULL, "%s", text);
    free(text);
}
END_TEST

/* needs is looked for in PATH; what is missing is told and left out. */
static const struct sample {
    const char *needs, *command;
} samples[] = {
    {"ls", "ls -l /usr/bin"},
    {"cat", "cat Makefile README.md"},
    {"grep", "grep -R include allocator"},
    {"sort", "sort --parallel=2 -S 1M traces/cc1.rep | md5sum"},
    {"find", "find allocator driver -name '*.c' | sort"},
    {"bash", "bash -c 'for i in {1..3000}; do a[i]=${a[i-1]:0:40}x$i; done; "
             "echo ${#a[@]} ${a[2999]} $(echo sub)'"},
    {"gcc", "printf '#include <stdio.h>\\nint main(void) { puts(\"hello\"); "
            "return 4; }' >$D/x.c && gcc -O2 -o $D/x $D/x.c && $D/x"},
    {"g++",
     "printf '#include <iostream>\\n#include <map>\\n#include <thread>\\n"
     "#include <stdexcept>\\n#include <string>\\nint main() { std::thread "
     "t([] { std::map<int, std::string> m; for (int i = 0; i < 9999; i++) "
     "m[i] = std::to_string(i) + std::string(i %% 90, 65); try { throw "
     "std::runtime_error(m[77]); } catch (std::exception &e) { std::cout << "
     "e.what() << std::endl; } }); t.join(); }' >$D/x.cc && "
     "g++ -pthread -o $D/xx $D/x.cc && $D/xx"},
    {"python3",
     "python3 -c 'import json; d = {str(i): [i] * (i % 50) for i in "
     "range(20000)}; s = json.dumps(d); print(len(s), json.loads(s) == d)'"},
    {"perl", "perl -e '$h{$_ % 700} .= $_ for 1..90000; print length join "
             "\"\", map { $h{$_} } sort keys %h'"},
    {"xz", "tar c allocator | xz -1 -T2 | xz -d | tar t | sort"},
    {"sqlite3",
     "sqlite3 :memory: 'create table t(a, b); with recursive n(i) as (select "
     "1 union all select i+1 from n where i<50000) insert into t select i, "
     "hex(i) from n; create index x on t(b); select sum(a), max(b) from t'"},
    {"git", "git init -q $D/r && cd $D/r && echo a >f && git add f && git "
            "-c user.name=a -c user.email=a@b commit -qm m && git log "
            "--format=%s --stat && rm -rf $D/r"},
};

enum { N_SAMPLES = sizeof samples / sizeof *samples };

START_TEST(a_real_program_prints_the_same)
{
    const struct sample *sample = &samples[_i];
    char command[PATH_MAX], folder[] = "/tmp/preload.XXXXXX";
    int plain_status, status;
    snprintf(command, sizeof command, "command -v %s >/dev/null",
             sample->needs);
    if (system(command) != 0) {
        fprintf(stderr, "test_preload: %s is not installed, left out\n",
                sample->needs);
        return;
    }
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(command, sizeof command, "D=%s; %s", folder, sample->command);
    char *plain = preloaded_shell(command, &plain_status);
    for (int i = 0; i < N_POLICIES; i++) {
        char settings[128] = "";
        if (*policies[i] != '\0')
            snprintf(settings, sizeof settings, "MALLOC_POLICY=%s",
                     policies[i]);
        char *text = preloaded_output(settings, command, &status);
        ck_assert_str_eq(text, plain);
        ck_assert_int_eq(status, plain_status);
        free(text);
    }
    free(plain);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

Suite *preload_suite(void)
{
    Suite *suite = suite_create("preload");
    TCase *tests = tcase_create("library");
    tcase_set_timeout(tests, 180);
    tcase_add_test(tests, exactly_the_standard_names_are_exported);
    tcase_add_loop_test(tests, the_functions_do_what_their_manuals_say, 0,
                        N_POLICIES);
    tcase_add_loop_test(tests, threads_share_exchange_fork_and_end, 0,
                        N_POLICIES);
    tcase_add_loop_test(tests, blocks_that_others_free_return_to_their_arena, 0,
                        N_POLICIES);
    tcase_add_test(tests, misuse_is_told_with_exit_code_3);
    tcase_add_test(tests, a_dump_shows_blocks_and_a_summary);
    tcase_add_test(tests, wrong_settings_are_told_once_and_ignored);
    tcase_add_test(tests, the_policy_named_is_the_policy_used);
    tcase_add_test(tests, programs_run_under_a_small_address_space);
    tcase_add_loop_test(tests, runprogram_preloads_and_passes_on, 0,
                        sizeof runs / sizeof *runs);
    tcase_add_loop_test(tests, a_real_program_prints_the_same, 0, N_SAMPLES);
    suite_add_tcase(suite, tests);
    return suite;
}
