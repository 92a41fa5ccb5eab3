import { z } from "zod";

/** zod compiles schemas with `new Function`, which the page's Content-Security-Policy rightly forbids. To be imported first. */
z.config({ jitless: true });
