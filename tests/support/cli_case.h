/*
 * cli_case.h -- a command line, and what it must print and return.
 *
 * A case is a file tests/cli/NAME.case:
 *
 *     # What the case shows.
 *     $ mdriver -p no-such-policy
 *     s/[0-9.]+ ms/N ms/
 *     --- exit 2
 *     --- stdout
 *     --- stderr
 *     mdriver: -p: expected a policy, got "no-such-policy"
 *
 * Lines that begin with "$ " are a script for sh, run at the top of the
 * project with the build folder first in PATH, standard input empty and no
 * terminal.  $SCRATCH is an empty folder that goes away afterwards.
 *
 * Figures that vary are masked: s/REGEX/TEXT/ replaces, in both outputs, each
 * match of an extended regular expression within a line by TEXT, as sed -E
 * does with the flag g, but TEXT is taken literally.  Any character can stand
 * for '/'.  Masks work in their order; before them the names of the build and
 * scratch folders become BUILD and SCRATCH.
 *
 * A part that is not there is empty, the exit status then 0.  The parts must
 * come in the order above; a missing newline at the end of an output is added.
 * With UPDATE=1 in the environment the parts are rewritten with what the
 * command does now.
 */
#ifndef TESTS_SUPPORT_CLI_CASE_H
#define TESTS_SUPPORT_CLI_CASE_H

#include <stddef.h>

/* All cases in tests/cli, sorted; 0 when there are none. */
size_t cli_case_count(void);

/* Runs the case of that index; fails the test where anything differs. */
void cli_case_run(size_t index);

#endif
