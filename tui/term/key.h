/* Keys as the user interface knows them: Unicode code points, and these above them. */
#ifndef TERM_KEY_H
#define TERM_KEY_H

enum {
    KEY_TAB_ = 9,
    KEY_ENTER_ = 13,
    KEY_ESC_ = 27,
    KEY_FIRST_ = 0x110000,
    KEY_UP_,
    KEY_DOWN_,
    KEY_LEFT_,
    KEY_RIGHT_,
    KEY_PGUP_,
    KEY_PGDN_,
    KEY_HOME_,
    KEY_END_,
    KEY_BACKTAB_,
    KEY_BACKSPACE_,
    KEY_DELETE_,
    KEY_CLICK_,       /* these are the mouse's, with a place (screen_mouse_at) */
    KEY_CLICK_OTHER_, /* what pintop does not use */
    KEY_WHEEL_UP_,
    KEY_WHEEL_DOWN_,
    KEY_F1_, /* F2 to F10 follow */
    KEY_F10_ = KEY_F1_ + 9
};

/* The function key F1 to F10. */
#define KEY_F_(n) (KEY_F1_ + (n)-1)
#define KEY_CTRL_(letter) ((letter)&0x1f)

#endif
