/*
 * symbol_names.c -- from debugging information, else from symbol tables.
 *
 * A compilation unit nests its scopes, and inlined functions are scopes with
 * the place of their call.  For an address in h, inlined into g, inlined
 * into f, walking outwards gives
 *
 *     h  at the line of the address
 *     g  at the line where it calls h
 *     f  at the line where it calls g
 *
 * Source: DWARF 5, section 3.3.8 (inlined subroutines).
 */
#include "driver/replay/symbol_names.h"

#include <dwarf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct naming {
    uint64_t address;
    struct stack_frame *frames;
    size_t n;
    size_t room;
};

/* A place in the source. */
struct place {
    const char *file; /* NULL where unknown */
    int line;
};

/* ---- texts --------------------------------------------------------------- */

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

/* "scan.constprop.0" is how the compiler names its copy of scan. */
static void cut_clone_suffix(char *function)
{
    function[strcspn(function, ".")] = '\0';
}

/* path as seen from the folder that the compiler ran in. */
static const char *seen_from(const char *folder, const char *path)
{
    size_t length = folder == NULL ? 0 : strlen(folder);
    if (path != NULL && length > 0 && strncmp(path, folder, length) == 0 &&
        path[length] == '/') {
        path += length + 1;
    }
    while (path != NULL && path[0] == '.' && path[1] == '/') {
        path += 2;
    }
    return path;
}

/* ---- frames -------------------------------------------------------------- */

/* There must be room. */
static struct stack_frame *add_frame(struct naming *naming)
{
    struct stack_frame *frame = &naming->frames[naming->n++];
    *frame = (struct stack_frame){.address = naming->address};
    return frame;
}

static void add_named(struct naming *naming, const char *function,
                      const struct place *place)
{
    struct stack_frame *frame = add_frame(naming);
    copy_text(frame->function, sizeof frame->function, function);
    copy_tail(frame->file, sizeof frame->file, place->file);
    frame->line = (uint32_t)place->line;
}

/* ---- debugging information ----------------------------------------------- */

static const char *text_of(Dwarf_Die *die, unsigned name)
{
    Dwarf_Attribute attribute;
    return dwarf_formstring(dwarf_attr_integrate(die, name, &attribute));
}

static Dwarf_Word number_of(Dwarf_Die *die, unsigned name)
{
    Dwarf_Attribute attribute;
    Dwarf_Word number = 0;
    dwarf_formudata(dwarf_attr(die, name, &attribute), &number);
    return number;
}

static struct place place_of_address(Dwarf_Die *unit, Dwarf_Addr address)
{
    struct place place = {.line = 0};
    Dwarf_Line *line = dwarf_getsrc_die(unit, address);
    dwarf_lineno(line, &place.line);
    place.file = seen_from(text_of(unit, DW_AT_comp_dir),
                           dwarf_linesrc(line, NULL, NULL));
    return place;
}

/* Of the call that was inlined. */
static struct place place_of_call(Dwarf_Die *unit, Dwarf_Die *inlined)
{
    struct place place = {.line = (int)number_of(inlined, DW_AT_call_line)};
    Dwarf_Files *files;
    size_t n_files;
    if (dwarf_getsrcfiles(unit, &files, &n_files) == 0) {
        const char *path = dwarf_filesrc(
            files, number_of(inlined, DW_AT_call_file), NULL, NULL);
        place.file = seen_from(text_of(unit, DW_AT_comp_dir), path);
    }
    return place;
}

/* From the scopes that contain the address, outwards to the first function. */
static void name_scopes(struct naming *naming, Dwarf_Die *unit,
                        Dwarf_Die *scopes, int n_scopes, struct place place)
{
    for (int i = 0; i < n_scopes && naming->n < naming->room; i++) {
        int tag = dwarf_tag(&scopes[i]);
        if (tag == DW_TAG_inlined_subroutine || tag == DW_TAG_subprogram) {
            add_named(naming, text_of(&scopes[i], DW_AT_name), &place);
        }
        if (tag == DW_TAG_subprogram) {
            return;
        }
        if (tag == DW_TAG_inlined_subroutine) {
            place = place_of_call(unit, &scopes[i]);
        }
    }
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

static void name_by_unit(struct naming *naming, Dwfl_Module *module)
{
    Dwarf_Addr bias = 0;
    Dwarf_Die *unit = find_unit(module, naming->address, &bias);
    Dwarf_Addr address = naming->address - bias;
    Dwarf_Die *scopes = NULL, *chain = NULL;
    if (unit != NULL && dwarf_getscopes(unit, address, &scopes) > 0) {
        /* Asked for by DIE, the chain follows the inlining. */
        int n = dwarf_getscopes_die(&scopes[0], &chain);
        name_scopes(naming, unit, chain, n, place_of_address(unit, address));
    }
    free(chain);
    free(scopes);
}

/* ---- symbol tables ------------------------------------------------------- */

static void name_by_symbol(struct naming *naming, Dwfl_Module *module)
{
    const char *path =
        dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    const char *slash = path == NULL ? NULL : strrchr(path, '/');
    struct place place = {.file = slash == NULL ? path : slash + 1};
    add_named(naming, dwfl_module_addrname(module, naming->address), &place);
    cut_clone_suffix(naming->frames[naming->n - 1].function);
}

size_t symbol_names(Dwfl *dwfl, uint64_t address, struct stack_frame *frames,
                    size_t room)
{
    struct naming naming = {.address = address, .frames = frames, .room = room};
    Dwfl_Module *module = dwfl_addrmodule(dwfl, address);
    if (room == 0) {
        return 0;
    }
    if (module == NULL) {
        add_frame(&naming);
        return naming.n;
    }
    name_by_unit(&naming, module);
    if (naming.n == 0) {
        name_by_symbol(&naming, module);
    }
    return naming.n;
}
