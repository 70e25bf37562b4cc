"""What other programs call things: PyTorch, Keras, Caffe, DeepLearnToolbox, textbooks.

A name is only looked up here where it is unknown, and only leads to a name that exists. Names are
compared without case and punctuation: AvgPool2d, avg_pool2d and avgpool2d are one.
"""

import re
from collections.abc import Collection

# For each kind of name: ours, and what others say.
ALIASES: dict[str, dict[str, str]] = {
    "layer": {
        "conv": "conv2d convolution convolution2d convolutional convolutional2d convlayer "
        "conv2dlayer convolutionlayer convolutionallayer correlation c cnn",
        "dense": "linear fc fullyconnected fullyconnectedlayer fclayer innerproduct ip affine full "
        "denselayer perceptron lineal f",
        "mean_pool": "avgpool avgpool2d averagepool averagepooling averagepooling2d meanpooling "
        "meanpool2d avg average mean subsampling subsample averagepool2d s",
        "max_pool": "maxpool2d maxpooling maxpooling2d max maxpool",
        "sigmoid": "logistic sigm logsig sig",
        "tanh": "hyperbolictangent tansig tanhopt",
        "relu": "rectifier rectifiedlinear rectifiedlinearunit rel",
        "leaky_relu": "lrelu leakyrectify leaky",
        "softplus": "smoothrelu",
        "silu": "swish",
        "dropout": "dropout2d spatialdropout spatialdropout2d dropoutlayer",
        "batch_norm": "batchnorm batchnorm2d batchnorm1d batchnormalization bn",
        "layer_norm": "layernormalization ln",
    },
    "option": {
        "filters": "outchannels outputchannels numoutput channels maps numfilters nfilters "
        "outputmaps featuremaps features kernels nout depth",
        "kernel": "kernelsize ksize filtersize size kernelshape window k",
        "window": "kernelsize ksize poolsize size kernel scale factor k",
        "stride": "strides step subsample",
        "padding": "pad pads border zeropadding",
        "units": "outfeatures outputs out output neurons nodes nunits hidden size outputdim "
        "numoutput outputsize nout features outputunits",
        "rate": "p prob probability dropoutrate ratio lr learningrate alpha drop",
        "slope": "negativeslope alpha leak",
        "bias": "usebias hasbias biases",
        "weights": "kernelinitializer init initializer initialization weightinit weightfiller "
        "weightinitializer initialweights",
        "freeze": "frozen trainable requiresgrad fixed",
        "alpha": "lr learningrate eta η stepsize baselr rate learnrate initiallearningrate",
        "epochs": "nepochs numepochs maxepochs maxepoch nepoch epoch numberofepochs",
        "batchsize": "minibatchsize minibatch bs batch sizeofbatch imagesperbatch nbatch",
        "batches": "stepsperepoch nbatches numbatches maxiter iterations steps itersperepoch",
        "update": "optimizer optimiser optim solver updaterule algorithm method updater",
        "validation": "validationsplit validationsize val valsplit valid validationimages",
        "weight_decay": "l2 decay wd regularization regularisation l2regularization",
        "clip_norm": "clipnorm gradclip gradientclipping gradclipnorm maxnorm clipgradnorm clip",
        "schedule": "scheduler lrschedule lrscheduler learningrateschedule lrpolicy",
        "momentum": "mu μ",
        "nesterov": "usenesterov nesterovmomentum",
        "patience": "earlystopping earlystop",
        "label_smoothing": "smoothing",
        "augment": "augmentation dataaugmentation transforms transform distort distortions",
        "resize": "imagesize size side",
        "path": "dir directory folder root",
        "network": "model layers architecture net arch structure sequential modules",
        "dataset": "data traindata datasource trainingdata datasets input",
        "loss": "criterion lossfn lossfunction objective cost costfunction error",
        "train": "training trainer fit hyperparameters params solver trainingoptions",
        "seed": "randomseed randomstate rngseed manualseed rng",
        "dtype": "precision floatx datatype type",
    },
    "loss": {
        "mse": "mseloss meansquarederror meansquared l2 l2loss squarederror euclidean "
        "euclideanloss quadratic squared leastsquares",
        "softmax_cross_entropy": "crossentropy crossentropyloss nll nllloss "
        "categoricalcrossentropy sparsecategoricalcrossentropy softmaxwithloss logloss ce softmax "
        "negativeloglikelihood logsoftmax softmaxloss xent",
    },
    "data set": {
        "mnist": "mnistdigits digits mnist784 lecun handwrittendigits",
        "fashion-mnist": "fashion fmnist zalando clothes",
        "kmnist": "kuzushiji kuzushijimnist kanji",
        "synthetic": "builtin generated drawn fake artificial",
        "folder": "imagefolder images directory dir path imagedatasetfromdirectory pictures files",
        "inline": "numbers values array arrays list table",
    },
    "update rule": {
        "sgd": "gradientdescent gd stochasticgradientdescent vanilla plain none",
        "adamw": "adamweightdecay",
        "adam": "adamax nadam radam amsgrad",
    },
    "schedule": {
        "constant": "none fixed constantlr",
        "step": "steplr stepdecay multistep multisteplr piecewise piecewiseconstant staircase",
        "exponential": "exponentiallr exponentialdecay exp",
        "cosine": "cosineannealing cosineannealinglr cosinedecay cosinelr cos",
        "one_cycle": "onecyclelr onecyclepolicy",
    },
    "distortion": {
        "shift": "translate translation randomtranslation randomcrop move widthshiftrange "
        "heightshiftrange",
        "rotate": "rotation randomrotation rotationrange turn",
        "scale": "zoom randomzoom zoomrange resize",
        "shear": "shearrange skew slant",
        "elastic": "elastictransform elasticdeformation",
        "blur": "gaussianblur",
        "noise": "gaussiannoise gaussnoise",
        "erase": "cutout randomerasing randomerase coarsedropout",
    },
}

# For each kind of name: what is not there, and why it need not be.
NOT_NEEDED: dict[str, dict[str, str]] = {
    "layer": {
        "none is needed, because dense takes maps as they are; remove the line": "flatten reshape "
        "view unflatten flattenlayer permute squeeze",
        "it is part of the loss; end the network with `- dense: 10`, and write "
        "`loss: softmax_cross_entropy`": "softmax logsoftmax softmaxlayer",
        "none is needed, because the data set has the size of the images; remove the line": "input "
        "inputlayer inputlayer2d imageinput imageinputlayer i",
        "the loss is no layer; write it as `loss: mse` or `loss: softmax_cross_entropy`": "loss "
        "mseloss crossentropyloss crossentropy softmaxwithloss output outputlayer",
        "name the function itself, such as `- relu`": "activation activationlayer nonlinearity",
        "write `mean_pool: global`": "globalaveragepooling globalaveragepooling2d globalavgpool "
        "globalavgpool2d globalmeanpool globalmeanpooling adaptiveavgpool2d gap",
        "write `max_pool: global`": "globalmaxpooling globalmaxpooling2d globalmaxpool "
        "globalmaxpool2d adaptivemaxpool2d gmp",
        "it is not built in; leaky_relu, silu and gelu come closest": "elu selu celu mish prelu "
        "relu6 hardswish hardsigmoid hardtanh softsign",
        "it is not built in; a network is a list of layers, without branches": "residual add "
        "concat concatenate lstm gru rnn attention multiheadattention embedding upsampling2d",
        "say which: mean_pool or max_pool": "pool pooling pooling2d pool2d",
        "none is needed; remove the line": "identity linearactivation sequential noop",
        "write `padding` in the options of conv": "zeropadding2d zeropad2d pad padding",
    },
    "option": {
        "none is needed, because each layer takes what the one before it gives; remove it": ""
        "inchannels infeatures inputchannels inputshape inputdim inputsize inputs nin in numinput",
        "write it as a layer of its own below this one, such as `- relu`": "activation "
        "nonlinearity activationfunction act",
        "none is needed, because the images are mixed anew for every epoch; remove it": "shuffle "
        "shuffledata randomize",
        "none is needed, because cnntrain computes on the processors; remove it": "device gpu cuda "
        "usegpu usecuda gpus solvermode",
        "give --threads N to the command instead": "numworkers workers njobs threads nthreads jobs "
        "numthreads",
        "none is needed, because MSE and accuracy are always recorded; remove it": "metrics metric "
        "accuracy verbose logging log display loginterval",
        "none is needed, because the state is saved after every epoch; remove it": "save checkpoint "
        "checkpoints savepath snapshot savemodel modelcheckpoint",
        "none is needed, because pixels are always divided by 255; remove it": "normalize rescale "
        "normalise normalization scaling standardize",
        "none is needed, because the network's last layer says it; remove it": "numclasses classes "
        "nclasses",
        "give --out DIR to the command instead": "output outputdir outdir out logdir",
        "images are always channels, rows, columns; remove it": "dataformat channelslast",
    },
    "distortion": {
        "there is none, because a digit in a mirror is no digit; remove it": "flip mirror fliplr "
        "flipud hflip vflip horizontalflip verticalflip randomflip randomhorizontalflip "
        "randomverticalflip",
    },
    "data set": {
        "it is not built in; put its images into a folder for each class, and write "
        "`folder: DIR`": "cifar cifar10 cifar100 emnist qmnist usps svhn imagenet csv notmnist",
    },
    "update rule": {
        "it is `update: sgd` with `momentum: 0.9`": "sgdm sgdmomentum sgdwithmomentum heavyball",
        "it is `update: sgd` with `momentum: 0.9` and `nesterov: true`": "nesterov nag "
        "nesterovmomentum nesterovacceleratedgradient sgdnesterov",
    },
}


def plain(name: str) -> str:
    """Return a name as it is compared: conv2d for Conv2D, batchsize for batch_size."""
    return re.sub(r"[\W_]", "", name.casefold())


def same_name(name: str, known: Collection[str]) -> str | None:
    """Return the known name that is the same but for case and punctuation."""
    return next((other for other in known if plain(other) == plain(name)), None)


def alias(name: str, kind: str, known: Collection[str]) -> str | None:
    """Return what cnntrain calls a thing that has another name elsewhere, if it is in `known`."""
    rows = ALIASES.get(kind, {})
    return next((ours for ours in known if plain(name) in rows.get(ours, "").split()), None)


def not_needed(name: str, kind: str) -> str | None:
    """Return why there is no such thing, and what to do instead."""
    rows = NOT_NEEDED.get(kind, {})
    return next((why for why, names in rows.items() if plain(name) in names.split()), None)
