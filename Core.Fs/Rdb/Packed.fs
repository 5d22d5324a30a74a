namespace HybridReplica.Core

open System

/// The containers that hold small collections in one string.
[<RequireQualifiedAccess>]
type internal PackedContainer =
    | Ziplist = 0
    | Listpack = 1
    | Intset = 2
    | Zipmap = 3

/// Walks any packed container from its first to its last element, without memory of its own, and believes nothing it
/// says before it has seen it. An empty one contradicts nothing.
[<AbstractClass; Sealed>]
type internal Packed =

    /// What Redis calls it.
    static member Name(container: PackedContainer) : string =
        match container with
        | PackedContainer.Ziplist -> "ziplist"
        | PackedContainer.Listpack -> "listpack"
        | PackedContainer.Intset -> "intset"
        | _ -> "zipmap"

    /// <summary>Reads the head of a container.</summary>
    /// <param name="container">What it is.</param>
    /// <param name="blob">The whole of it.</param>
    /// <param name="cursor">Where its elements begin.</param>
    /// <returns>Whether there is something to walk; if not, the cursor knows the trouble.</returns>
    static member Open(container: PackedContainer, blob: ReadOnlySpan<byte>, cursor: byref<PackedCursor>) : bool =
        match container with
        | PackedContainer.Ziplist -> Ziplist.Open(blob, &cursor)
        | PackedContainer.Listpack -> Listpack.Open(blob, &cursor)
        | PackedContainer.Intset -> Intset.Open(blob, &cursor)
        | _ -> Zipmap.Open(blob, &cursor)

    /// <summary>Finds the next element of a container.</summary>
    /// <param name="container">What it is.</param>
    /// <param name="blob">The whole of it, as it was opened.</param>
    /// <param name="cursor">How far it was walked.</param>
    /// <param name="element">What was found, if something was.</param>
    /// <returns>Whether there was one; if not, it was the end, or the cursor knows the trouble.</returns>
    static member Next
        (
            container: PackedContainer,
            blob: ReadOnlySpan<byte>,
            cursor: byref<PackedCursor>,
            element: byref<PackedElement>
        ) : bool =
        match container with
        | PackedContainer.Listpack -> Listpack.Next(blob, &cursor, &element)
        | PackedContainer.Ziplist -> Ziplist.Next(blob, &cursor, &element)
        | PackedContainer.Intset -> Intset.Next(blob, &cursor, &element)
        | _ -> Zipmap.Next(blob, &cursor, &element)
