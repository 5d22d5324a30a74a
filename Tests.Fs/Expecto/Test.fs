namespace Expecto

/// A test with all that its place in the tree says about it.
[<ReferenceEquality>]
type FlatTest =
    {
        /// The labels from the root to the test.
        name: string list
        test: TestCode
        state: FocusState
        /// Whether anything in the whole tree is focused.
        focusOn: bool
        sequenced: SequenceMethod
    }

    /// Why the test is not run at all, if it is not.
    member test.shouldSkipEvaluation =
        match test.focusOn, test.state with
        | _, Pending -> Some "pending"
        | true, Normal -> Some "not focused, and others are"
        | _ -> None

    member test.fullName(joinWith: string) = String.concat joinWith test.name

/// Questions about the tree.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Test =
    /// What becomes of a child's state below a parent of the given state.
    let computeChildFocusState parentState childState =
        match parentState, childState with
        | Normal, _ -> childState
        | Focused, Normal -> Focused
        | Focused, _ -> childState
        | Pending, _ -> Pending

    /// Is anything focused that is not below something pending?
    let rec isFocused test =
        match test with
        | TestLabel(_, _, Focused)
        | TestList(_, Focused)
        | TestCase(_, Focused) -> true
        | TestLabel(_, _, Pending)
        | TestList(_, Pending)
        | TestCase _ -> false
        | TestLabel(_, inner, Normal)
        | Sequenced(_, inner) -> isFocused inner
        | TestList(tests, Normal) -> List.exists isFocused tests

    /// All tests of the tree, in the order in which they stand there.
    let toTestCodeList tree =
        let focusOn = isFocused tree

        let rec flatten path parentState sequenced test =
            match test with
            | TestLabel(label, inner, state) ->
                flatten (label :: path) (computeChildFocusState parentState state) sequenced inner
            | TestList(tests, state) ->
                tests
                |> List.collect (flatten path (computeChildFocusState parentState state) sequenced)
            | Sequenced(method, inner) -> flatten path parentState method inner
            | TestCase(code, state) ->
                [
                    {
                        name = List.rev path
                        test = code
                        state = computeChildFocusState parentState state
                        focusOn = focusOn
                        sequenced = sequenced
                    }
                ]

        flatten [] Normal InParallel tree

    /// The tests whose names, part by part, are as wanted. They keep their states; their names become one label.
    let filter joiner predicate tree =
        let relabel (flat: FlatTest) =
            TestLabel(flat.fullName joiner, Sequenced(flat.sequenced, TestCase(flat.test, flat.state)), flat.state)

        let kept = toTestCodeList tree |> List.filter (fun flat -> predicate flat.name)
        TestList(List.map relabel kept, Normal)
