/*
 * symbols.c -- the only file that knows libdw.
 *
 * Three steps.  The copied list of mappings tells which modules lay where.
 * libdwfl unwinds: it asks for memory, which comes from the copied bytes, and
 * for the registers.  Each address is then named: by the chain of inlined
 * functions around it, else by its symbol.
 *
 * A program counter outside of all modules means a call through a wild
 * pointer.  It cannot be unwound, but the call has just left its return
 * address on the stack (or in the link register), and there it goes on.
 *
 * Source: DWARF 5, sections 3.3.8 (inlined functions) and 6.4 (call frames).
 */
#include "driver/replay/symbols.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Any number serves: the stack belongs to no living process. */
#define THREAD ((pid_t)1)

struct backtrace {
    const struct stack_copy *stack;
    Dwfl *dwfl;
    const char *bottom;
    struct stack_frame *frames;
    size_t n;
    size_t room;
    uint64_t pc; /* where unwinding begins */
    uint64_t sp;
};

/* ---- what libdwfl asks for ----------------------------------------------- */

static pid_t next_thread(Dwfl *dwfl, void *argument, void **thread_argument)
{
    (void)dwfl;
    if (*thread_argument != NULL) {
        return 0;
    }
    *thread_argument = argument;
    return THREAD;
}

static bool read_word(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *word,
                      void *argument)
{
    (void)dwfl;
    const struct stack_copy *stack =
        ((const struct backtrace *)argument)->stack;
    uint64_t n = stack->n_bytes;
    n = n < STACK_COPY_BYTES ? n : STACK_COPY_BYTES;
    uint64_t offset = address - stack->base;
    if (address < stack->base || n < sizeof *word ||
        offset > n - sizeof *word) {
        return false;
    }
    memcpy(word, stack->bytes + offset, sizeof *word);
    return true;
}

static int stack_pointer_number(const struct stack_copy *stack)
{
    return stack->n_registers == 32 ? 31 : 7;
}

static bool set_registers(Dwfl_Thread *thread, void *argument)
{
    const struct backtrace *trace = argument;
    Dwarf_Word words[STACK_COPY_REGISTERS];
    unsigned n = trace->stack->n_registers;
    for (unsigned i = 0; i < n; i++) {
        words[i] = trace->stack->registers[i];
    }
    words[stack_pointer_number(trace->stack)] = trace->sp;
    dwfl_thread_state_register_pc(thread, trace->pc);
    return dwfl_thread_state_registers(thread, 0, n, words);
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
    .next_thread = next_thread,
    .memory_read = read_word,
    .set_initial_registers = set_registers,
};

/* Debugging information on this machine only: nothing is downloaded. */
static const Dwfl_Callbacks module_callbacks = {
    .find_elf = dwfl_linux_proc_find_elf,
    .find_debuginfo = dwfl_build_id_find_debuginfo,
};

/* ---- naming -------------------------------------------------------------- */

static void copy_text(char *to, size_t room, const char *text)
{
    snprintf(to, room, "%s", text == NULL ? "" : text);
}

/* The end of a path tells more than its beginning. */
static void copy_tail(char *to, size_t room, const char *path)
{
    size_t length = path == NULL ? 0 : strlen(path);
    copy_text(to, room, length < room ? path : path + length - (room - 1));
}

static struct stack_frame *add_frame(struct backtrace *trace, uint64_t address)
{
    if (trace->n == trace->room) {
        return NULL;
    }
    struct stack_frame *frame = &trace->frames[trace->n++];
    *frame = (struct stack_frame){.address = address};
    return frame;
}

/* "scan.constprop.0" is how the compiler names its copy of scan. */
static void cut_clone_suffix(char *function)
{
    function[strcspn(function, ".")] = '\0';
}

static const char *die_name(Dwarf_Die *die)
{
    Dwarf_Attribute attribute;
    return dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &attribute));
}

/* Line and file of the call that was inlined as die. */
static uint32_t call_site(Dwarf_Die *die, const char **file)
{
    Dwarf_Attribute attribute;
    Dwarf_Word line = 0, index = 0;
    Dwarf_Die unit;
    Dwarf_Files *files;
    size_t n_files;
    dwarf_formudata(dwarf_attr(die, DW_AT_call_line, &attribute), &line);
    *file = NULL;
    if (dwarf_formudata(dwarf_attr(die, DW_AT_call_file, &attribute), &index) ==
            0 &&
        dwarf_diecu(die, &unit, NULL, NULL) != NULL &&
        dwarf_getsrcfiles(&unit, &files, &n_files) == 0) {
        *file = dwarf_filesrc(files, index, NULL, NULL);
    }
    return (uint32_t)line;
}

/*
 * One frame for each function around address, from the chain of scopes that
 * contain it.  False when the chain holds no function.
 */
static bool name_scopes(struct backtrace *trace, uint64_t address,
                        Dwarf_Die *scopes, int n_scopes, const char *file,
                        uint32_t line)
{
    bool found = false;
    for (int i = 0; i < n_scopes; i++) {
        int tag = dwarf_tag(&scopes[i]);
        if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram) {
            continue;
        }
        struct stack_frame *frame = add_frame(trace, address);
        if (frame == NULL) {
            return true;
        }
        found = true;
        copy_text(frame->function, sizeof frame->function,
                  die_name(&scopes[i]));
        copy_tail(frame->file, sizeof frame->file, file);
        frame->line = line;
        if (tag == DW_TAG_subprogram) {
            return true;
        }
        line = call_site(&scopes[i], &file);
    }
    return found;
}

/*
 * The compilation unit that address belongs to.  clang leaves out the index
 * of address ranges, and then the units themselves are asked.
 */
static Dwarf_Die *find_unit(Dwfl_Module *module, uint64_t address,
                            Dwarf_Addr *bias)
{
    Dwarf_Die *unit = dwfl_module_addrdie(module, address, bias);
    if (unit != NULL) {
        return unit;
    }
    do {
        unit = dwfl_module_nextcu(module, unit, bias);
    } while (unit != NULL && dwarf_haspc(unit, address - *bias) != 1);
    return unit;
}

/* False where the debugging information does not tell. */
static bool name_by_unit(struct backtrace *trace, Dwfl_Module *module,
                         uint64_t address)
{
    Dwarf_Addr bias;
    Dwarf_Die *unit = find_unit(module, address, &bias);
    Dwarf_Die *scopes = NULL, *chain = NULL;
    bool named = false;
    if (unit != NULL && dwarf_getscopes(unit, address - bias, &scopes) > 0) {
        Dwarf_Line *at = dwarf_getsrc_die(unit, address - bias);
        int line = 0;
        dwarf_lineno(at, &line);
        /* Asked for by DIE, the chain follows the inlining. */
        int n = dwarf_getscopes_die(&scopes[0], &chain);
        named = name_scopes(trace, address, chain, n,
                            dwarf_linesrc(at, NULL, NULL), (uint32_t)line);
    }
    free(chain);
    free(scopes);
    return named;
}

static void name_address(struct backtrace *trace, uint64_t address)
{
    Dwfl_Module *module = dwfl_addrmodule(trace->dwfl, address);
    if (module != NULL && name_by_unit(trace, module, address)) {
        return;
    }
    struct stack_frame *frame = add_frame(trace, address);
    if (frame != NULL && module != NULL) {
        copy_text(frame->function, sizeof frame->function,
                  dwfl_module_addrname(module, address));
        cut_clone_suffix(frame->function);
    }
}

/* ---- unwinding ----------------------------------------------------------- */

/* Only the last frame can be it: a bottom is never inlined. */
static bool cut_at_bottom(struct backtrace *trace)
{
    if (trace->n == 0 ||
        strcmp(trace->frames[trace->n - 1].function, trace->bottom) != 0) {
        return false;
    }
    trace->n--;
    return true;
}

static int take_frame(Dwfl_Frame *state, void *argument)
{
    struct backtrace *trace = argument;
    Dwarf_Addr pc;
    bool interrupted;
    if (!dwfl_frame_pc(state, &pc, &interrupted)) {
        return DWARF_CB_ABORT;
    }
    /* A return address may already belong to the next line. */
    name_address(trace, interrupted ? pc : pc - 1);
    return trace->n < trace->room && !cut_at_bottom(trace) ? DWARF_CB_OK
                                                           : DWARF_CB_ABORT;
}

/* Steps over a call to nowhere, to the call itself. */
static void leave_wild_call(struct backtrace *trace)
{
    if (dwfl_addrmodule(trace->dwfl, trace->pc) != NULL) {
        return;
    }
    name_address(trace, trace->pc);
    uint64_t back = trace->stack->link;
    if (back == 0) {
        if (!read_word(trace->dwfl, trace->sp, &back, trace)) {
            return;
        }
        trace->sp += sizeof back;
    }
    trace->pc = back - 1;
}

static bool report_modules(Dwfl *dwfl, const struct stack_copy *stack)
{
    size_t n = stack->maps_bytes;
    n = n < STACK_COPY_MAPS_BYTES ? n : STACK_COPY_MAPS_BYTES;
    FILE *maps = n == 0 ? NULL : fmemopen((void *)stack->maps, n, "r");
    dwfl_report_begin(dwfl);
    int failed = maps == NULL || dwfl_linux_proc_maps_report(dwfl, maps) != 0;
    dwfl_report_end(dwfl, NULL, NULL);
    if (maps != NULL) {
        fclose(maps);
    }
    return !failed;
}

size_t symbols_backtrace(const struct stack_copy *stack, const char *bottom,
                         struct stack_frame *frames, size_t room)
{
    struct backtrace trace = {.stack = stack,
                              .bottom = bottom,
                              .frames = frames,
                              .room = room,
                              .pc = stack->pc,
                              .sp = stack->sp};
    if (stack->n_registers == 0 || stack->n_registers > STACK_COPY_REGISTERS ||
        (trace.dwfl = dwfl_begin(&module_callbacks)) == NULL) {
        return 0;
    }
    if (report_modules(trace.dwfl, stack)) {
        leave_wild_call(&trace);
        if (dwfl_attach_state(trace.dwfl, NULL, THREAD, &thread_callbacks,
                              &trace)) {
            dwfl_getthread_frames(trace.dwfl, THREAD, take_frame, &trace);
        }
    }
    dwfl_end(trace.dwfl);
    return trace.n;
}
