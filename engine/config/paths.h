/* Where pintop's files are, by the XDG base directory rules. */
#ifndef CONFIG_PATHS_H
#define CONFIG_PATHS_H

#include <stdbool.h>
#include <stddef.h>

/* Each writes a terminated path and returns false when there is no home directory, or no room.
 * Relative XDG variables are ignored, as the rules say. */
bool paths_home(char *out, size_t cap);
/* $XDG_CONFIG_HOME/pintop, else ~/.config/pintop. */
bool paths_config_dir(char *out, size_t cap);
/* $XDG_STATE_HOME/pintop, else ~/.local/state/pintop. */
bool paths_state_dir(char *out, size_t cap);

/* The file of a context. Also returns false when name is not letters, digits, . _ - (not
 * beginning with a dot), or is longer than 63. */
bool paths_context_name_ok(const char *name);
bool paths_context(const char *name, char *out, size_t cap);

#endif
