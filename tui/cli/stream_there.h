/* `pintop stream --status`, `--stop` and `--rate` at the streams of an engine that runs: they ask
 * the pintop that holds the lock of the state directory. */
#ifndef CLI_STREAM_THERE_H
#define CLI_STREAM_THERE_H

#include "cli/cli.h"

struct there {
    bool is_status, is_stop, is_rate; /* as given */
    bool is_sure;                     /* they are for an engine that runs, and for nothing else */
    bool is_likely;                   /* a rate alone: for an engine, if one runs */
    unsigned streams;
    double rate_per_s;
};

/* Sorts out what the options and words mean. is_run: there are options of a run, too. *streams: in,
 * those of --streams; out, those that are meant. Errors PT_EUSAGE. */
pt_code there_ready(struct cli *cli, struct there *there, bool is_run, unsigned *streams,
                    struct pt_error *err);

enum { THERE_NOBODY = -1 };
/* Asks, waits for the answer, and prints it; returns the exit status. THERE_NOBODY: this command is
 * to run streams itself. */
int there_run(struct cli *cli, const struct there *there, const struct pt_config *cfg);

#endif
