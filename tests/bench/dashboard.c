/* Measure the dashboard on a private 120x40 terminal.
 *
 *   dashboard MODE [-n N] [-t SECONDS] [-d] PINTOP [ARGUMENT…]
 *
 * paint: N starts. Time from fork to the first full screen, and from q to the exit.
 *
 * figures: N starts beside an engine that runs. Time from fork to the first screen with its
 * figures.
 *
 * keys: N cursor keys on the Overview. Time until the cursor has moved.
 *
 * pages: N times through all pages. Time until the page of the key is shown; the slowest page's p99
 * has a line of its own.
 *
 * floor: as keys, with `cat`, which sends back the bytes that move the cursor. This machine and
 * this harness need at least that.
 *
 * bytes: bytes a second over SECONDS, then frozen with p over 10 s.
 *
 * pieces: N cursor keys on the Overview. Number of writes that bring a frame.
 *
 * idle: CPU, wakeups and resident memory over SECONDS.
 *
 * scroll: N cursor keys on the Topics page, then pages, last, first.
 *
 * -d writes the last screen on stderr.
 *
 * The argument NAME=HUNG stands for the URL of a server that never answers; DEAD stands for two
 * brokers that never answer: a closed port, and one that accepts connections.
 * Prints lines "NAME MEDIAN LOW HIGH COUNT" (keys: p99 as a line of its own). A key that does not
 * move the cursor within a second counts as 1000 ms. Exit status 1: nothing was measured. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "term/slice.h"
#include "terminal.h"

enum { ROWS = 40, COLS = 120, SAMPLES_MAX = 5000, KEY_TIMEOUT_MS = 1000 };

struct run {
    int n, seconds;
    bool is_dumping;
    char **argv;
};

struct samples {
    size_t n;
    double ms[SAMPLES_MAX];
};

static void add(struct samples *samples, double ms)
{
    if (samples->n < SAMPLES_MAX)
        samples->ms[samples->n++] = ms;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double percentile(const struct samples *samples, double pct)
{
    size_t i = (size_t)(pct / 100 * (double)samples->n);

    return samples->ms[i < samples->n ? i : samples->n - 1];
}

static void print_figure(const char *name, double value, double low, double high, size_t n)
{
    printf("%s %.3f %.3f %.3f %zu\n", name, value, low, high, n);
    fflush(stdout);
}

/* Sort the samples and print one line. */
static void print_samples(const char *name, struct samples *samples, double pct)
{
    if (samples->n == 0)
        return;
    qsort(samples->ms, samples->n, sizeof samples->ms[0], by_size);
    print_figure(name, percentile(samples, pct), samples->ms[0], samples->ms[samples->n - 1],
                 samples->n);
}

/* The footer is drawn last. */
static bool is_painted(const struct pty *pty, void *arg)
{
    (void)arg;
    return vt_shows(&pty->vt, pty->vt.rows - 1, pty->vt.rows, "quit");
}

/* What only the engine can know, in the first row and in the table of streams. */
static bool has_figures(const struct pty *pty, void *arg)
{
    return vt_shows(&pty->vt, 0, 1, "3/3 brokers") && vt_shows(&pty->vt, 4, 12, "running") &&
           is_painted(pty, arg);
}

static bool shows_topics(const struct pty *pty, void *arg)
{
    (void)arg;
    return vt_shows(&pty->vt, 10, pty->vt.rows - 1, "many.");
}

/* The row of the list's cursor, and the beginning of that row's text. */
struct cursor {
    int row;
    uint32_t name[20];
};

static struct cursor find_cursor(const struct vt *vt)
{
    struct cursor cursor = {.row = -1};

    for (int row = 0; row < vt->rows && cursor.row < 0; row++) {
        uint32_t mark = vt->cell[row][0];

        if (mark == '>' || mark == 0x25b6 || mark == 0x25b8 || mark == 0x203a || mark == 0x276f) {
            cursor.row = row;
            memcpy(cursor.name, vt->cell[row], sizeof cursor.name);
        }
    }
    return cursor;
}

/* arg: the struct cursor before the key. While the cursor moves, one read may find it nowhere. */
static bool has_moved(const struct pty *pty, void *arg)
{
    struct cursor now = find_cursor(&pty->vt);

    return now.row >= 0 && memcmp(&now, arg, sizeof now) != 0;
}

static bool start(struct pty *pty, const struct run *run)
{
    if (!pty_start(pty, ROWS, COLS, run->argv))
        return false;
    if (pty_pump(pty, 10000, is_painted, NULL) >= 0)
        return true;
    fprintf(stderr, "dashboard: no full screen within 10 s\n");
    pty_dump(pty);
    pty_stop(pty);
    return false;
}

static int finish(struct pty *pty, const struct run *run)
{
    if (run->is_dumping)
        pty_dump(pty);
    pty_stop(pty);
    return 0;
}

static int paint(const struct run *run)
{
    static struct pty pty;
    static struct samples painted, ended;

    for (int i = 0; i < run->n; i++) {
        double typed_ms, end_ms;

        if (!start(&pty, run))
            return 1;
        add(&painted, now_ms() - pty.started_ms);
        pty_pump(&pty, 1500, NULL, NULL);
        typed_ms = pty_type(&pty, "q");
        end_ms = pty_wait_end(&pty, 10000);
        add(&ended, end_ms < 0 ? 10000 : end_ms - typed_ms);
        finish(&pty, run);
    }
    print_samples("first_paint_ms", &painted, 50);
    print_samples("quit_ms", &ended, 50);
    return 0;
}

static int figures(const struct run *run)
{
    static struct pty pty;
    static struct samples shown;

    for (int i = 0; i < run->n; i++) {
        double shown_ms;

        if (!pty_start(&pty, ROWS, COLS, run->argv))
            return 1;
        shown_ms = pty_pump(&pty, 10000, has_figures, NULL);
        if (shown_ms < 0) {
            fprintf(stderr, "dashboard: no figures within 10 s\n");
            pty_dump(&pty);
            pty_stop(&pty);
            return 1;
        }
        add(&shown, shown_ms - pty.started_ms);
        pty_pump(&pty, 200, NULL, NULL);
        finish(&pty, run);
    }
    print_samples("first_figures_ms", &shown, 50);
    return 0;
}

/* Type one key and add its time; false: the cursor did not move. */
static bool time_key(struct pty *pty, const char *key, struct samples *samples)
{
    struct cursor before = find_cursor(&pty->vt);
    double typed_ms = pty_type(pty, key);
    double moved_ms = pty_pump(pty, KEY_TIMEOUT_MS, has_moved, &before);

    add(samples, moved_ms < 0 ? KEY_TIMEOUT_MS : moved_ms - typed_ms);
    /* A random wait, so that keys meet every phase of the program's own refresh. */
    pty_pump(pty, 15 + (double)(rand() % 30), NULL, NULL);
    return moved_ms >= 0;
}

static int print_keys(struct samples *samples, int misses)
{
    if (misses)
        fprintf(stderr, "dashboard: %d of %zu keys moved nothing within %d ms\n", misses,
                samples->n, KEY_TIMEOUT_MS);
    print_samples("key_p50_ms", samples, 50);
    print_samples("key_p99_ms", samples, 99);
    return 0;
}

static int time_keys(const struct run *run, const char *down, const char *up)
{
    static struct pty pty;
    static struct samples samples;
    int misses = 0;

    if (!start(&pty, run))
        return 1;
    pty_pump(&pty, 3000, NULL, NULL);
    for (int i = 0; i < run->n && misses < 10; i++)
        misses += !time_key(&pty, i % 2 ? up : down, &samples);
    finish(&pty, run);
    return print_keys(&samples, misses);
}

static int keys(const struct run *run)
{
    return time_keys(run, "j", "k");
}

struct page {
    const char *key, *title;
};

static bool is_turned(const struct pty *pty, void *arg)
{
    const struct page *page = arg;

    return vt_shows(&pty->vt, 0, 1, page->title);
}

/* Through all pages, N times: the whole page is drawn for each key. */
static int pages(const struct run *run)
{
    static struct page all[] = {
        {"2", "2 Topics"   },
        {"3", "3 Connector"},
        {"4", "4 Auth"     },
        {"5", "5 Setup"    },
        {"6", "6 Log"      },
        {"7", "7 Brokers"  },
        {"1", "pintop 1"   }
    };
    enum { PAGES = sizeof all / sizeof all[0] };
    static struct pty pty;
    static struct samples samples, of[PAGES];
    double worst = 0;
    int misses = 0;

    if (!start(&pty, run))
        return 1;
    pty_pump(&pty, 3000, NULL, NULL);
    for (int i = 0; i < run->n * PAGES && misses < 10; i++) {
        double typed_ms = pty_type(&pty, all[i % PAGES].key);
        double turned_ms = pty_pump(&pty, KEY_TIMEOUT_MS, is_turned, &all[i % PAGES]);
        double ms = turned_ms < 0 ? KEY_TIMEOUT_MS : turned_ms - typed_ms;

        misses += turned_ms < 0;
        add(&samples, ms);
        add(&of[i % PAGES], ms);
        pty_pump(&pty, 15 + (double)(rand() % 30), NULL, NULL);
    }
    finish(&pty, run);
    for (int i = 0; i < PAGES && of[i].n > 0; i++) {
        qsort(of[i].ms, of[i].n, sizeof of[i].ms[0], by_size);
        worst = percentile(&of[i], 99) > worst ? percentile(&of[i], 99) : worst;
    }
    print_figure("worst_page_p99_ms", worst, 0, worst, samples.n);
    return print_keys(&samples, misses);
}

/* The median is the frame of a key; the program's own refresh may add frames between the keys. */
static int pieces(const struct run *run)
{
    static struct pty pty;
    static struct samples samples, moved;
    int misses = 0;

    if (!start(&pty, run))
        return 1;
    pty_pump(&pty, 3000, NULL, NULL);
    for (int i = 0; i < run->n && misses < 10; i++) {
        long long before = pty.pieces;

        misses += !time_key(&pty, i % 2 ? "k" : "j", &moved);
        add(&samples, (double)(pty.pieces - before));
    }
    finish(&pty, run);
    print_samples("pieces_per_key", &samples, 50);
    return samples.n == 0;
}

static int floor_keys(const struct run *run)
{
    static char shell[] = "sh", flag[] = "-c";
    static char script[] = "stty raw -echo; printf '\\033[40;1Hquit\\033[5;1H>'; exec cat";
    static char *echo[] = {shell, flag, script, NULL};
    struct run on_echo = *run;

    on_echo.argv = echo;
    return time_keys(&on_echo, "\033[5;1H \033[6;1H>", "\033[6;1H \033[5;1H>");
}

static int scroll(const struct run *run)
{
    static struct pty pty;
    static struct samples samples;
    int misses = 0;

    if (!start(&pty, run))
        return 1;
    pty_type(&pty, "2");
    if (pty_pump(&pty, 30000, shows_topics, NULL) < 0) {
        fprintf(stderr, "dashboard: no topics on page 2 within 30 s\n");
        pty_dump(&pty);
        pty_stop(&pty);
        return 1;
    }
    pty_pump(&pty, 3000, NULL, NULL);
    for (int i = 0; i < run->n && misses < 10; i++)
        misses += !time_key(&pty, "j", &samples);
    for (int i = 0; i < 10 && misses < 10; i++)
        misses += !time_key(&pty, "\033[6~", &samples);
    for (int i = 0; i < 10 && misses < 10; i++)
        misses += !time_key(&pty, i % 2 ? "g" : "G", &samples);
    print_figure("rss_mib", pty_rss_mib(&pty), pty_rss_mib(&pty), pty_rss_mib(&pty), 1);
    finish(&pty, run);
    return print_keys(&samples, misses);
}

static int bytes(const struct run *run)
{
    static struct pty pty;
    long long before;
    double per_s;

    if (!start(&pty, run))
        return 1;
    pty_pump(&pty, 5000, NULL, NULL);
    before = pty.bytes;
    pty_pump(&pty, run->seconds * 1e3, NULL, NULL);
    per_s = (double)(pty.bytes - before) / run->seconds;
    print_figure("bytes_per_s", per_s, per_s, per_s, 1);
    pty_type(&pty, "p");
    pty_pump(&pty, 1500, NULL, NULL);
    before = pty.bytes;
    pty_pump(&pty, 10000, NULL, NULL);
    print_figure("frozen_bytes", (double)(pty.bytes - before), 0, (double)(pty.bytes - before), 1);
    return finish(&pty, run);
}

static int idle(const struct run *run)
{
    static struct pty pty;
    double before_ms, pct, rss_mib, per_s;
    long long woken;

    if (!start(&pty, run))
        return 1;
    pty_pump(&pty, 5000, NULL, NULL);
    before_ms = pty_cpu_ms(&pty);
    woken = pty_wakeups(&pty);
    pty_pump(&pty, run->seconds * 1e3, NULL, NULL);
    per_s = (double)(pty_wakeups(&pty) - woken) / run->seconds;
    pct = (pty_cpu_ms(&pty) - before_ms) / (run->seconds * 1e3) * 100;
    rss_mib = pty_rss_mib(&pty);
    print_figure("cpu_pct", pct, pct, pct, 1);
    print_figure("rss_mib", rss_mib, rss_mib, rss_mib, 1);
    print_figure("wakeups_per_s", per_s, per_s, per_s, 1);
    return finish(&pty, run);
}

/* The port of a socket that accepts connections and never answers. The socket stays open until
 * this process ends. */
static int silent_port(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof addr;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&addr, len) || listen(fd, 64) ||
        getsockname(fd, (struct sockaddr *)&addr, &len)) {
        perror("listen");
        exit(1);
    }
    return ntohs(addr.sin_port);
}

/* A closed port, and a port whose server never answers. */
static const char *dead_brokers(void)
{
    static char list[64];

    snprintf(list, sizeof list, "127.0.0.1:1,127.0.0.1:%d", silent_port());
    return list;
}

/* Replace HUNG in the setting by the URL of a server that never answers. */
static char *hung_url(const char *setting, int name_len)
{
    char text[256];

    snprintf(text, sizeof text, "%.*s=http://127.0.0.1:%d", name_len, setting, silent_port());
    return strdup(text);
}

static const struct {
    const char *name;
    int (*run)(const struct run *run);
} modes[] = {
    {"paint",   paint     },
    {"figures", figures   },
    {"keys",    keys      },
    {"pages",   pages     },
    {"pieces",  pieces    },
    {"floor",   floor_keys},
    {"bytes",   bytes     },
    {"idle",    idle      },
    {"scroll",  scroll    },
};

int main(int argc, char **argv)
{
    struct run run = {.n = 100, .seconds = 10};
    const char *mode = argc > 1 ? argv[1] : "", *hung;
    int opt;

    slice_shorten(); /* the harness must not wait for its turn; not inherited */
    optind = 2;
    while ((opt = getopt(argc, argv, "+n:t:d")) != -1) {
        if (opt == 'n')
            run.n = (int)strtol(optarg, NULL, 10);
        else if (opt == 't')
            run.seconds = (int)strtol(optarg, NULL, 10);
        else if (opt == 'd')
            run.is_dumping = true;
        else
            return 2;
    }
    run.argv = argv + optind;
    for (int i = optind; i < argc; i++)
        if (!strcmp(argv[i], "DEAD"))
            argv[i] = strdup(dead_brokers());
        else if ((hung = strstr(argv[i], "=HUNG")) != NULL && hung[5] == '\0')
            argv[i] = hung_url(argv[i], (int)(hung - argv[i]));
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (!strcmp(modes[i].name, mode) && (optind < argc || modes[i].run == floor_keys))
            return modes[i].run(&run);
    fprintf(stderr, "dashboard paint|figures|keys|pages|pieces|floor|bytes|idle|scroll [-n N] [-t "
                    "SECONDS] [-d] "
                    "PINTOP...\n");
    return 2;
}
