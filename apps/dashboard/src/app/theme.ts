import { createTheme, Modal, Tooltip } from "@mantine/core";

/** Colours and sizes stand in tokens.css: nothing is injected as a <style>, so that `style-src 'self'` is enough. */
export const theme = createTheme({
  primaryColor: "indigo",
  defaultRadius: "sm",
  cursorType: "pointer",
  components: {
    // Locking the scroll would inject a <style>.
    Modal: Modal.extend({
      defaultProps: { lockScroll: false, centered: true, radius: "md", overlayProps: { opacity: 0.45 } },
    }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 250, withArrow: false } }),
  },
});
