// How many tiles, how large: arithmetic without a page, so that it can be tested.
export const kAspect = 16 / 9;
export const kGap = 8;
const kMinWidth = 140; // narrower and nobody is recognised
const kMinHeight = kMinWidth / kAspect;

// Every tile with a picture is a decoder. An old tablet shows few at once, and the others a page further.
export function mostTiles(cores: number, memoryGB: number): number {
    if (cores <= 2 || memoryGB <= 2) return 6;
    if (cores <= 4 || memoryGB <= 4) return 9;
    return 20;
}

export function capacity(width: number, height: number, most: number): number {
    const columns = Math.max(1, Math.floor((width + kGap) / (kMinWidth + kGap)));
    const rows = Math.max(1, Math.floor((height + kGap) / (kMinHeight + kGap)));
    return Math.max(1, Math.min(most, columns * rows));
}

export function pageCount(count: number, perPage: number): number {
    return Math.max(1, Math.ceil(count / perPage));
}

// The number of columns that makes 16:9 tiles largest.
export function bestColumns(count: number, width: number, height: number): number {
    let best = { columns: 1, tile: 0 };
    for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
        const tile = tileWidth(count, columns, width, height);
        if (tile > best.tile + 0.5) best = { columns, tile };
    }
    return best.columns;
}

export function tileWidth(count: number, columns: number, width: number, height: number): number {
    const rows = Math.max(1, Math.ceil(count / columns));
    return Math.min((width - kGap * (columns - 1)) / columns, ((height - kGap * (rows - 1)) / rows) * kAspect);
}
