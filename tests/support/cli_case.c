/*
 * cli_case.c -- runs a command and compares all that it did with a file.
 *
 * What a command did is written down in the format of a case file, and then
 * the two texts are compared as wholes: one comparison, one way to update.
 */
#include "tests/support/cli_case.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/golden.h"

/* A command that takes longer is stuck; sanitizer builds are slow. */
#define SECONDS_LIMIT "120"

/* Check gives up, without a word of which case, above 4096 bytes in all. */
enum { SHOWN_BYTES = 1400 };

static const char pattern[] = "tests/cli/*.case";

size_t cli_case_count(void)
{
    glob_t found;
    size_t n = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
    globfree(&found);
    return n;
}

static void path_of(size_t index, char *path, size_t room)
{
    glob_t found;
    ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
    snprintf(path, room, "%s", found.gl_pathv[index]);
    globfree(&found);
}

/* ---- the command --------------------------------------------------------- */

/* The lines of the head that begin with "$ ", without it. */
static char *script_of(const char *head)
{
    char *script = calloc(1, strlen(head) + 1);
    ck_assert_ptr_nonnull(script);
    for (const char *line = head; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        length += line[length] == '\n';
        if (strncmp(line, "$ ", 2) == 0) {
            strncat(script, line + 2, length - 2);
        }
        line += length;
    }
    return script;
}

static const char *build_folder(void)
{
    const char *build = getenv("BUILD");
    return build != NULL ? build : "build/release";
}

static void set_environment(const char *scratch)
{
    char here[512], path[2048];
    const char *old = getenv("PATH");
    ck_assert_ptr_nonnull(getcwd(here, sizeof(here)));
    snprintf(path, sizeof(path), "%s/%s:%s", here, build_folder(),
             old != NULL ? old : "/usr/bin:/bin");
    setenv("PATH", path, 1);
    setenv("SCRATCH", scratch, 1);
    setenv("LC_ALL", "C", 1);
    setenv("TERM", "dumb", 1);
    unsetenv("COLUMNS");
    unsetenv("NO_COLOR");
    unsetenv("UPDATE");
}

static void redirect(int descriptor, const char *folder, const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    int file = open(path, O_CREAT | O_RDWR | O_TRUNC, 0600);
    if (file < 0 || dup2(file, descriptor) < 0) {
        _exit(126);
    }
    close(file);
}

/* Runs the script; returns its exit status, or 128 + signal. */
static int run_script(const char *script, const char *folder,
                      const char *scratch)
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        set_environment(scratch);
        redirect(STDIN_FILENO, folder, "stdin");
        redirect(STDOUT_FILENO, folder, "stdout");
        redirect(STDERR_FILENO, folder, "stderr");
        execlp("timeout", "timeout", SECONDS_LIMIT, "sh", "-c", script, NULL);
        _exit(127);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int remove_entry(const char *path, const struct stat *stat, int type,
                        struct FTW *place)
{
    (void)stat;
    (void)type;
    (void)place;
    return remove(path);
}

/* ---- masks --------------------------------------------------------------- */

/* Appends text with each match of regex replaced; lines one by one. */
static void replace_line(FILE *out, const regex_t *regex, const char *line,
                         const char *replacement)
{
    regmatch_t match;
    int flags = 0;
    while (regexec(regex, line, 1, &match, flags) == 0) {
        fprintf(out, "%.*s%s", (int)match.rm_so, line, replacement);
        line += match.rm_eo;
        flags = REG_NOTBOL;
        if (match.rm_eo == match.rm_so) { /* an empty match moves on */
            if (*line == '\0') {
                return;
            }
            fputc(*line++, out);
        }
    }
    fputs(line, out);
}

/* A new text in place of the old one, which is freed. */
static char *replace_all(char *text, const char *expression,
                         const char *replacement)
{
    regex_t regex;
    char *result = NULL;
    size_t length = 0;
    ck_assert_msg(regcomp(&regex, expression, REG_EXTENDED) == 0,
                  "not a regular expression: %s", expression);
    FILE *out = open_memstream(&result, &length);
    ck_assert_ptr_nonnull(out);
    char *line = text;
    while (line != NULL) {
        char *end = strchr(line, '\n');
        if (end != NULL) {
            *end = '\0';
        }
        replace_line(out, &regex, line, replacement);
        if (end != NULL) {
            fputc('\n', out);
        }
        line = end != NULL ? end + 1 : NULL;
    }
    fclose(out);
    regfree(&regex);
    free(text);
    return result;
}

/* One line s/REGEX/TEXT/ of the head. */
static char *apply_mask(char *text, const char *line, size_t length)
{
    char mask[512];
    ck_assert_uint_lt(length, sizeof(mask));
    memcpy(mask, line, length);
    mask[length] = '\0';
    char *middle = strchr(mask + 2, mask[1]);
    char *end = middle != NULL ? strchr(middle + 1, mask[1]) : NULL;
    if (end == NULL || end[1] != '\0') {
        ck_abort_msg("expected s/REGEX/TEXT/, got %s", mask);
        return text;
    }
    *middle = *end = '\0';
    return replace_all(text, mask + 2, middle + 1);
}

static char *mask_output(char *text, const char *head, const char *scratch)
{
    char here[512];
    text = replace_all(text, scratch, "SCRATCH");
    ck_assert_ptr_nonnull(getcwd(here, sizeof(here)));
    text = replace_all(text, here, "TOP");
    text = replace_all(text, build_folder(), "BUILD");
    for (const char *line = head; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        if (line[0] == 's' && length > 3 && strchr(" \t", line[1]) == NULL) {
            text = apply_mask(text, line, length);
        }
        line += length + (line[length] == '\n');
    }
    return text;
}

/* ---- the case ------------------------------------------------------------ */

static void put_part(FILE *out, const char *folder, const char *name,
                     const char *head, const char *scratch)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    char *text = golden_read_file(path);
    ck_assert_ptr_nonnull(text);
    text = mask_output(text, head, scratch);
    size_t length = strlen(text);
    if (length > 0) {
        fprintf(out, "--- %s\n%s%s", name, text,
                text[length - 1] == '\n' ? "" : "\n");
    }
    free(text);
}

/* The case as it would be written now: its head and what the command did. */
static char *happening(const char *head, const char *folder,
                       const char *scratch)
{
    char *script = script_of(head);
    int status = run_script(script, folder, scratch);
    free(script);
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    ck_assert_ptr_nonnull(out);
    fputs(head, out);
    if (status != 0) {
        fprintf(out, "--- exit %d\n", status);
    }
    put_part(out, folder, "stdout", head, scratch);
    put_part(out, folder, "stderr", head, scratch);
    fclose(out);
    return text;
}

/* Everything before the first line that begins with "--- ". */
static char *head_of(const char *text)
{
    const char *end = strncmp(text, "--- ", 4) == 0 ? text : NULL;
    if (end == NULL) {
        end = strstr(text, "\n--- ");
        end = end != NULL ? end + 1 : text + strlen(text);
    }
    return strndup(text, (size_t)(end - text));
}

void cli_case_run(size_t index)
{
    char path[512], scratch[560], difference[2048];
    char folder[] = "/tmp/cli-case-XXXXXX";
    path_of(index, path, sizeof(path));
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(scratch, sizeof(scratch), "%s/scratch", folder);
    ck_assert_int_eq(mkdir(scratch, 0700), 0);

    char *expected = golden_read_file(path);
    ck_assert_msg(expected != NULL, "%s: %s", path, strerror(errno));
    char *head = head_of(expected);
    char *found = happening(head, folder, scratch);
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    if (golden_updating()) {
        ck_assert_int_eq(golden_write_file(path, found), 0);
    } else {
        golden_difference(expected, found, difference, sizeof(difference));
        ck_assert_msg(difference[0] == '\0', "%s, %s\n\nin all it gave\n%.*s%s",
                      path, difference, SHOWN_BYTES, found,
                      strlen(found) > SHOWN_BYTES ? "..." : "");
    }
    free(found);
    free(head);
    free(expected);
}
