import { createTheme, Drawer, Menu, Modal, Tooltip } from "@mantine/core";

/** Colours and sizes stand in tokens.css: nothing is injected as a <style>, so that `style-src 'self'` is enough. */
export const theme = createTheme({
  primaryColor: "indigo",
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Drawer: Drawer.extend({ defaultProps: { closeButtonProps: { "aria-label": "Close" } } }),
    // Locking the scroll would inject a <style>.
    Modal: Modal.extend({
      defaultProps: {
        ...{ lockScroll: false, centered: true, radius: "md", overlayProps: { opacity: 0.45 } },
        closeButtonProps: { "aria-label": "Close the dialog" },
      },
    }),
    // It would be a child that a menu must not have (ARIA: required owned elements); the first item is focused instead.
    Menu: Menu.extend({ defaultProps: { withInitialFocusPlaceholder: false } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 250, withArrow: false } }),
  },
});
