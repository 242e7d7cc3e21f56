// SPDX-License-Identifier: MIT
// Shows a picture: the browser draws a copy of its bytes.

import type { Translate } from "../../../shared/i18n.ts";
import { instead, make, scroller, Zoom } from "./parts.ts";
import type { DocumentView } from "./parts.ts";

export class ImageView implements DocumentView {
    readonly element: HTMLElement;
    readonly #url: string;

    constructor(bytes: Uint8Array<ArrayBuffer>, kind: "png" | "jpeg", name: string, translate: Translate) {
        this.#url = URL.createObjectURL(new Blob([bytes], { type: `image/${kind}` }));
        const image = make("img");
        image.alt = name;
        image.className = "picture fit";
        const shown = (): number => image.clientWidth / Math.max(1, image.naturalWidth);
        const zoom = new Zoom(translate, (scale) => {
            image.classList.toggle("fit", scale === "fit");
            image.style.width = scale === "fit" ? "" : `${Math.round(image.naturalWidth * scale)}px`;
            zoom.show(shown());
        });
        const place = scroller(translate("documentContent"), zoom);
        place.append(image);
        const bar = make("div", "toolbar", zoom.element);
        this.element = make("div", "viewer", bar, place);
        image.addEventListener("load", () => {
            zoom.show(shown());
        });
        image.addEventListener("error", () => {
            bar.hidden = true;
            place.replaceChildren(instead(translate("imageBroken")));
        });
        image.src = this.#url;
    }

    dispose(): void {
        URL.revokeObjectURL(this.#url);
        this.element.remove();
    }
}
