// SPDX-License-Identifier: MIT
import eslint from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
    globalIgnores(["build/", "build-*/", "**/*.d.ts"]),
    eslint.configs.recommended,
    {
        files: ["**/*.ts"],
        extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
        languageOptions: { parserOptions: { projectService: true } },
        rules: {
            "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
            // node:test starts a test by calling it; its promise is the runner's business.
            "@typescript-eslint/no-floating-promises": [
                "error",
                { allowForKnownSafeCalls: [{ from: "package", package: "node:test", name: ["test", "describe", "it", "suite"] }] },
            ],
            "no-restricted-syntax": [
                "error",
                { selector: "MemberExpression[property.name='innerHTML']", message: "Markup is never made from text." },
            ],
            eqeqeq: "error",
            "no-console": "error",
        },
    },
    {
        files: ["tests/**", "extension/build.ts", "extension/package.ts"],
        rules: { "no-console": "off" },
    },
    {
        files: ["**/*.js", "**/*.mjs"],
        languageOptions: {
            globals: {
                console: "readonly", process: "readonly", Buffer: "readonly", URL: "readonly", fetch: "readonly",
                setTimeout: "readonly", clearTimeout: "readonly", setInterval: "readonly", clearInterval: "readonly",
                structuredClone: "readonly", AbortController: "readonly", AbortSignal: "readonly",
                window: "readonly", document: "readonly", navigator: "readonly", location: "readonly",
                crypto: "readonly", chrome: "readonly", performance: "readonly", CustomEvent: "readonly",
                Blob: "readonly", TextEncoder: "readonly", TextDecoder: "readonly", atob: "readonly", btoa: "readonly",
                URLSearchParams: "readonly", FormData: "readonly", localStorage: "readonly", sessionStorage: "readonly",
            },
        },
    },
);
