/* What several tests of the streamer start from. */
#ifndef UNIT_STREAMER_H
#define UNIT_STREAMER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_producer.h"

#define SECOND INT64_C(1000000)

static struct fake_producer fp;

static void begin(const struct fake_opts *opts)
{
    fake_producer_init(&fp, opts);
    streamer_set_wanted(&fp.st, true);
}

static struct window_figures figures(void)
{
    return window_read(&fp.st.win);
}

static enum streamer_state state_now(void)
{
    return streamer_state_of(&fp.st);
}

static size_t sent_in(int64_t for_us)
{
    size_t before = fp.n_sent;
    fake_run(&fp, for_us);
    return fp.n_sent - before;
}

#endif
