// SPDX-License-Identifier: MIT
// Runs in the page's own world, registered by the background for the service hosts alone, on Linux, while the person
// lets it. Patterns take other ports and a dot at the end of the name for the same host; the program does not.

import { readAsWindows } from "./windows.ts";

if (location.port === "" && !location.hostname.endsWith(".")) readAsWindows(navigator);
