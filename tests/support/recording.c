/*
 * recording.c -- a folder, a command line for sh, and files read back.
 */
#include "tests/support/recording.h"

#include <check.h>
#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *build_folder(void)
{
    static char absolute[PATH_MAX];
    const char *build = getenv("BUILD");
    ck_assert_ptr_nonnull(
        realpath(build == NULL ? "build/release" : build, absolute));
    return absolute;
}

const char *recording_allocations(const char *mode)
{
    static char command[PATH_MAX + 64];
    snprintf(command, sizeof command, "%s/tests/programs/allocations %s",
             build_folder(), mode);
    return command;
}

int recording_has(const char *program)
{
    char command[256];
    snprintf(command, sizeof command, "command -v %s >/dev/null", program);
    return system(command) == 0;
}

static void read_text(const struct recording *recording, const char *name,
                      char *text, size_t room)
{
    char path[PATH_MAX + NAME_MAX];
    snprintf(path, sizeof path, "%s/%s", recording->folder, name);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    text[fread(text, 1, room - 1, file)] = '\0';
    fclose(file);
    unlink(path);
}

void recording_make(struct recording *recording, const char *options,
                    const char *command)
{
    char line[3 * PATH_MAX];
    strcpy(recording->folder, "/tmp/recording.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(recording->folder));
    int length = snprintf(line, sizeof line,
                          "cd %s && exec %s/rep record -o out.rep %s -- %s "
                          "</dev/null >stdout 2>stderr",
                          recording->folder, build_folder(), options, command);
    ck_assert_int_lt(length, (int)sizeof line);
    int status = system(line);
    ck_assert(WIFEXITED(status));
    recording->exit_status = WEXITSTATUS(status);
    read_text(recording, "stdout", recording->output, sizeof recording->output);
    read_text(recording, "stderr", recording->errors, sizeof recording->errors);
}

void recording_read(const struct recording *recording, const char *name,
                    struct trace *trace)
{
    char path[PATH_MAX + NAME_MAX];
    struct trace_error error;
    snprintf(path, sizeof path, "%s/%s", recording->folder, name);
    ck_assert_msg(trace_read(path, trace, &error) == 0, "%s:%lu: %s",
                  error.path, (unsigned long)error.line, error.message);
    ck_assert_msg(trace->n_notes == 0, "%s", trace->notes[0].text);
}

size_t recording_files(const struct recording *recording, const char *pattern,
                       char *first)
{
    struct dirent **entries;
    int n = scandir(recording->folder, &entries, NULL, alphasort);
    ck_assert_int_ge(n, 0);
    size_t found = 0;
    for (int i = 0; i < n; i++) {
        const char *name = entries[i]->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
            fnmatch(pattern, name, 0) == 0 && found++ == 0 && first != NULL)
            strcpy(first, name);
        free(entries[i]);
    }
    free(entries);
    return found;
}

size_t recording_count(const struct trace *trace, enum op_kind kind,
                       uint64_t size)
{
    size_t found = 0;
    for (size_t i = 0; i < trace->n_ops; i++)
        found += trace->ops[i].kind == kind && trace->ops[i].size == size;
    return found;
}

void recording_end(struct recording *recording)
{
    char command[PATH_MAX + 16];
    snprintf(command, sizeof command, "rm -rf %s", recording->folder);
    ck_assert_int_eq(system(command), 0);
}
