/* `pintop help TOPIC`: the texts, and what lays them out. The lists of the man pages are made from
 * what this prints (tests/man), so every list has one form: a heading ends in a colon, an item is
 * indented by two columns, and its text by six or it stands on the same line behind two blanks. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stddef.h>

#include "cli/cli.h"

struct help_topic {
    const char *name;
    const char *does; /* one line */
    void (*print)(void);
};

size_t help_count(void);
const struct help_topic *help_at(size_t i);
/* NULL: there is no such topic. */
const struct help_topic *help_find(const char *name);

/* Lay text out on standard output, at most 80 columns wide. */
void help_heading(const char *text);
void help_paragraph(const char *text);
void help_item(const char *term, const char *text);
/* A short item: term and text on one line. */
void help_row(const char *term, const char *text);

/* help_commands.c. The arguments of a command: "list | create [NAME...]". */
void help_synopsis(const struct cli_command *command, char *out, size_t cap);
/* The help of one of its options, with the actions that take it: "create, delete: …". */
void help_option(const struct cli_command *command, const struct cli_option *option, char *out,
                 size_t cap);
/* `pintop --help`, `pintop COMMAND --help`, on standard output. */
void help_all(void);
void help_command(const struct cli_command *command);
/* `pintop help [COMMAND|TOPIC]`: needs no configuration. Returns the exit status. */
int help_run(const struct cli *cli);
/* completion.c, completion_shells.c: a script for the shell, on standard output; topics: those that
 * `pintop help` takes. */
void completion_print(const struct help_topic *topics, size_t n);
void completion_print_zsh(const struct help_topic *topics, size_t n);
void completion_print_fish(const struct help_topic *topics, size_t n);
/* What bash and zsh have in common: the end of a loop over the words that were typed, which finds
 * $command. */
void completion_print_case(void);

#endif
